import { type Connection, type ConnectionTarget, replaceTokenStep, tokenPlaceholder } from './connection.ts';

/**
 * Arguments of mcp-remote (checked with 0.15.1). The header is written without a space and its value comes from the environment
 * variable `AUTH_HEADER`: some clients break arguments at spaces, and a token in an argument could be read in the process list.
 * mcp-remote refuses plain HTTP to other hosts than this machine unless told otherwise.
 * Source: https://github.com/geelen/mcp-remote#custom-headers
 */
export function mcpRemoteArguments(mcpUrl: string): string[] {
  const { protocol, hostname } = new URL(mcpUrl);
  const needsAllowHttp = protocol === 'http:' && hostname !== 'localhost' && hostname !== '127.0.0.1';
  return [
    '-y',
    'mcp-remote',
    mcpUrl,
    '--header',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: mcp-remote replaces it itself.
    'Authorization:${AUTH_HEADER}',
    '--transport',
    'http-only',
    ...(needsAllowHttp ? ['--allow-http'] : []),
  ];
}

/** The value of `AUTH_HEADER` for {@link mcpRemoteArguments}. */
export const mcpRemoteAuthHeader = `Bearer ${tokenPlaceholder}`;

/** A command that any client which starts stdio servers can run. */
export function mcpRemoteConnection({ urls }: ConnectionTarget): Connection {
  const words = mcpRemoteArguments(urls.mcp).map((argument) => (argument.includes('$') ? `'${argument}'` : argument));
  return {
    client: 'mcp-remote',
    title: 'stdio bridge with mcp-remote',
    transport: 'stdio',
    language: 'bash',
    snippet: `AUTH_HEADER="${mcpRemoteAuthHeader}" npx ${words.join(' ')}`,
    steps: [
      replaceTokenStep,
      'Use the command wherever a client asks for the command of a stdio server. Node.js 18 or newer is needed.',
      'Where the client has a field for environment variables, put AUTH_HEADER there. The token then stays off the command line.',
    ],
  };
}
