import { describe, expect, it } from 'vitest';
import { type Connection, tokenPlaceholder } from '../../../../functions/domain/connections/connection.ts';
import { offeredConnections } from '../../../../functions/domain/connections/offered-connections.ts';
import { instanceUrls } from '../../../../functions/domain/instance-urls.ts';

const urls = instanceUrls('https://mcp.example.com', 'ins_1');
const offered = offeredConnections('both', { serverName: 'smartlead-sales', urls });

function connection(client: Connection['client'], transport?: Connection['transport']): Connection {
  const found = offered.find((one) => one.client === client && (transport === undefined || one.transport === transport));
  if (found === undefined) throw new Error(`no ${client}`);
  return found;
}

it('every snippet names a door of the instance, every one has steps, and titles differ', () => {
  for (const { snippet, steps } of offered) {
    expect(snippet).toContain('https://mcp.example.com/i/ins_1/');
    expect(steps.length).toBeGreaterThan(1);
  }
  expect(new Set(offered.map(({ title }) => title)).size).toBe(offered.length);
});

it('every snippet but VS Code, which asks for the token, holds the placeholder', () => {
  const without = offered.filter(({ snippet }) => !snippet.includes(tokenPlaceholder));
  expect(without.map(({ client }) => client)).toEqual(['vscode']);
});

describe('settings that are JSON', () => {
  it.each(offered.filter(({ language }) => language === 'json').map((one) => [one.client, one] as const))(
    '%s parses',
    (_client, one) => {
      expect(() => JSON.parse(one.snippet)).not.toThrow();
    },
  );

  it('Cursor takes a URL and headers', () => {
    expect(JSON.parse(connection('cursor').snippet)).toEqual({
      mcpServers: { 'smartlead-sales': { url: urls.mcp, headers: { Authorization: `Bearer ${tokenPlaceholder}` } } },
    });
  });

  it('VS Code asks for the token with an input that the header names', () => {
    const settings = JSON.parse(connection('vscode').snippet);
    const header: string = settings.servers['smartlead-sales'].headers.Authorization;
    expect(settings.inputs).toMatchObject([{ type: 'promptString', password: true }]);
    expect(header).toBe(`Bearer \${input:${settings.inputs[0].id}}`);
    expect(settings.servers['smartlead-sales'].type).toBe('http');
  });

  it('Claude Desktop starts mcp-remote, and no argument holds a space or the token', () => {
    const { command, args, env } = JSON.parse(connection('claude-desktop').snippet).mcpServers['smartlead-sales'];
    expect([command, args[1], args[2]]).toEqual(['npx', 'mcp-remote', urls.mcp]);
    expect(env).toEqual({ AUTH_HEADER: `Bearer ${tokenPlaceholder}` });
    for (const argument of args) expect(argument).not.toMatch(/\s|YOUR_INSTANCE_TOKEN/);
    expect(args).not.toContain('--allow-http');
  });
});

it('n8n is offered over both transports, each with its door', () => {
  expect(connection('n8n', 'sse').snippet).toContain(urls.sse);
  expect(connection('n8n', 'streamable-http').snippet).toContain(urls.mcp);
});

it('plain HTTP to another machine is allowed to mcp-remote explicitly, to this one it need not be', () => {
  const snippetFor = (publicUrl: string) =>
    offeredConnections('stdio', { serverName: 'smartlead', urls: instanceUrls(publicUrl, 'ins_1') })
      .map(({ snippet }) => snippet)
      .join('\n');
  expect(snippetFor('http://10.0.0.5:8080')).toContain('--allow-http');
  expect(snippetFor('http://127.0.0.1:8080')).not.toContain('--allow-http');
  expect(snippetFor('http://localhost:8080')).not.toContain('--allow-http');
});

it('the mcp-remote command keeps its variable from the shell', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what mcp-remote replaces.
  expect(connection('mcp-remote').snippet).toContain("'Authorization:${AUTH_HEADER}'");
});
