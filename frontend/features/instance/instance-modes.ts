import type { InstanceMode } from '../../api/contract.ts';

/** The modes in the order in which they are offered, the usual one first. */
export const instanceModes: readonly { value: InstanceMode; title: string; text: string }[] = [
  {
    value: 'both',
    title: 'Every client (recommended)',
    text: 'Clients that take a URL, and desktop apps that go through a local bridge.',
  },
  {
    value: 'sse',
    title: 'Only clients that take a URL',
    text: 'n8n, Claude Code, Cursor, VS Code and the like, over Streamable HTTP or SSE.',
  },
  {
    value: 'stdio',
    title: 'Only local bridges',
    text: 'Claude Desktop and other apps that start a command. The SSE URL stays closed.',
  },
];
