import type { ServerOptions } from '@modelcontextprotocol/server';

const minuteMs = 60_000;
const cacheScope = 'private';

/**
 * How long clients may use an answer again. The lists of tools, prompts and templates change with the settings alone, and then this
 * process is another one; the list of resources changes with every export; what a resource holds may be changed by the next call.
 */
export const cacheHints = {
  'server/discover': { ttlMs: 5 * minuteMs, cacheScope },
  'tools/list': { ttlMs: 5 * minuteMs, cacheScope },
  'prompts/list': { ttlMs: 5 * minuteMs, cacheScope },
  'resources/templates/list': { ttlMs: 5 * minuteMs, cacheScope },
  'resources/list': { ttlMs: 0, cacheScope },
  'resources/read': { ttlMs: 5_000, cacheScope },
} satisfies NonNullable<ServerOptions['cacheHints']>;
