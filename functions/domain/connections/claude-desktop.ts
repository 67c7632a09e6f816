import { type Connection, type ConnectionTarget, replaceTokenStep, settingsJson } from './connection.ts';
import { mcpRemoteArguments, mcpRemoteAuthHeader } from './mcp-remote.ts';

/** Claude Desktop's settings file starts stdio servers only, so a bridge stands between it and the instance. */
export function claudeDesktopConnection({ serverName, urls }: ConnectionTarget): Connection {
  return {
    client: 'claude-desktop',
    title: 'Claude Desktop',
    transport: 'stdio',
    language: 'json',
    snippet: settingsJson({
      mcpServers: {
        [serverName]: { command: 'npx', args: mcpRemoteArguments(urls.mcp), env: { AUTH_HEADER: mcpRemoteAuthHeader } },
      },
    }),
    steps: [
      replaceTokenStep,
      'In Claude Desktop, open Settings, Developer, Edit Config. The file claude_desktop_config.json opens.',
      'Add the snippet. Where "mcpServers" is there already, add only the entry inside it.',
      'Quit Claude Desktop completely and start it again. Node.js 18 or newer must be installed.',
    ],
  };
}
