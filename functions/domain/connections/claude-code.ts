import { type Connection, type ConnectionTarget, replaceTokenStep, tokenPlaceholder } from './connection.ts';

/** Source: https://code.claude.com/docs/en/mcp (remote HTTP servers with a header). */
export function claudeCodeConnection({ serverName, urls }: ConnectionTarget): Connection {
  return {
    client: 'claude-code',
    title: 'Claude Code',
    transport: 'streamable-http',
    language: 'bash',
    snippet: `claude mcp add --transport http ${serverName} ${urls.mcp} --header "Authorization: Bearer ${tokenPlaceholder}"`,
    steps: [
      replaceTokenStep,
      'Run the command in your project. With "--scope user" before the name it holds for all your projects.',
      'Start Claude Code and type /mcp to see the connection.',
    ],
  };
}
