import { type Connection, type ConnectionTarget, settingsJson } from './connection.ts';

/**
 * VS Code asks for the token once and keeps it in its secret storage, so the file can be shared.
 * Source: https://code.visualstudio.com/docs/copilot/reference/mcp-configuration
 */
export function vscodeConnection({ serverName, urls }: ConnectionTarget): Connection {
  const inputId = `${serverName}-token`;
  return {
    client: 'vscode',
    title: 'VS Code',
    transport: 'streamable-http',
    language: 'json',
    snippet: settingsJson({
      inputs: [{ type: 'promptString', id: inputId, description: 'Token of the Smartlead MCP instance', password: true }],
      servers: { [serverName]: { type: 'http', url: urls.mcp, headers: { Authorization: `Bearer \${input:${inputId}}` } } },
    }),
    steps: [
      'Create a token for this instance and copy it.',
      'Save the snippet as .vscode/mcp.json in your project, or add it to the file that "MCP: Open User Configuration" opens.',
      'Press Start above the server in the file, and paste the token when VS Code asks for it.',
    ],
  };
}
