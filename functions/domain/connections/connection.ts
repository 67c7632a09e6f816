import type { InstanceUrls } from '../instance-urls.ts';

export const connectionClients = [
  'n8n',
  'claude-desktop',
  'claude-code',
  'cursor',
  'vscode',
  'supergateway',
  'mcp-remote',
] as const;
export type ConnectionClient = (typeof connectionClients)[number];

/** Settings of one MCP client, ready to paste. */
export interface Connection {
  client: ConnectionClient;
  title: string;
  /** What the client speaks: to the instance itself, or `stdio` to a bridge that speaks to the instance. */
  transport: 'sse' | 'streamable-http' | 'stdio';
  language: 'json' | 'bash' | 'text';
  snippet: string;
  /** What to do with the snippet, in order. */
  steps: string[];
}

/** What snippets are made of. */
export interface ConnectionTarget {
  /** Name of the server in the client's settings: lower-case letters, digits and hyphens. */
  serverName: string;
  urls: InstanceUrls;
}

/** Stands for the instance token, which is shown only once and therefore never part of a snippet. */
export const tokenPlaceholder = 'YOUR_INSTANCE_TOKEN';

/** The step that every client needs first. */
export const replaceTokenStep = `Create a token for this instance and put it in place of ${tokenPlaceholder}.`;

/** JSON as people write it in settings files. */
export function settingsJson(settings: unknown): string {
  return JSON.stringify(settings, null, 2);
}

/**
 * Name under which a client lists the instance: `smartlead-` and the instance's name in characters that every client accepts
 * (Claude Code allows letters, digits, hyphens and underscores). Short, because clients put it before tool names.
 */
export function serverNameFor(instanceName: string): string {
  const words = instanceName
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, '-')
    .replace(/^-?(smartlead-?)?/u, '')
    .slice(0, 24)
    .replace(/-+$/u, '');
  return words === '' ? 'smartlead' : `smartlead-${words}`;
}
