import { type Connection, type ConnectionTarget, replaceTokenStep, settingsJson, tokenPlaceholder } from './connection.ts';

/** Source: https://cursor.com/docs/mcp (remote servers in mcp.json). */
export function cursorConnection({ serverName, urls }: ConnectionTarget): Connection {
  return {
    client: 'cursor',
    title: 'Cursor',
    transport: 'streamable-http',
    language: 'json',
    snippet: settingsJson({
      mcpServers: { [serverName]: { url: urls.mcp, headers: { Authorization: `Bearer ${tokenPlaceholder}` } } },
    }),
    steps: [
      replaceTokenStep,
      'Add the snippet to ~/.cursor/mcp.json. Keep it out of a project that you share: it holds the token.',
      'In Cursor, open Settings, MCP and switch the server on.',
    ],
  };
}
