import { type Connection, type ConnectionTarget, replaceTokenStep, tokenPlaceholder } from './connection.ts';

/**
 * The supergateway command (checked with 4.0.0), which turns the Streamable HTTP door into a stdio server.
 * Source: https://github.com/supercorp-ai/supergateway#streamable-http--stdio
 */
export function supergatewayConnection({ urls }: ConnectionTarget): Connection {
  return {
    client: 'supergateway',
    title: 'stdio bridge with supergateway',
    transport: 'stdio',
    language: 'bash',
    snippet: `npx -y supergateway --streamableHttp ${urls.mcp} --oauth2Bearer ${tokenPlaceholder}`,
    steps: [
      replaceTokenStep,
      'Use the command wherever a client asks for the command of a stdio server.',
      'On a machine that you share, prefer mcp-remote: here the token is visible in the process list.',
    ],
  };
}
