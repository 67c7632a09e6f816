import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { png } from './samples.ts';

export function registerResources(server: McpServer): void {
  const texts = [
    ['static-text', 'test://static-text', 'This is the content of the static text resource.'],
    ['watched-resource', 'test://watched-resource', 'This content may change.'],
  ] as const;
  for (const [name, uri, text] of texts) {
    const mimeType = 'text/plain';
    server.registerResource(name, uri, { description: 'A text', mimeType }, async () => ({
      contents: [{ uri, mimeType, text }],
    }));
  }
  server.registerResource(
    'static-binary',
    'test://static-binary',
    { description: 'An image', mimeType: 'image/png' },
    async ({ href }) => ({ contents: [{ uri: href, mimeType: 'image/png', blob: png }] }),
  );
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { description: 'A resource for every id', mimeType: 'application/json' },
    async ({ href }, { id }) => ({
      contents: [
        {
          uri: href,
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }),
        },
      ],
    }),
  );
}
