import { toolFacts } from '../../core/tool-facts.ts';

/** Requests of the protocol that only read, or that leave the same behind however often they are made. */
const repeatableMethods: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'subscriptions/listen',
]);

/** Tools of the selection `discovery`: two only read, the third calls the tool that its argument names. */
const discoveryReads: ReadonlySet<string> = new Set(['search_tools', 'describe_tool']);
const callTool = 'call_tool';

const readingTools: ReadonlySet<string> = new Set(toolFacts.filter(({ reads }) => reads).map(({ name }) => name));

/**
 * Whether a request whose answer was lost may be made again without asking anybody: it changes nothing, or nothing more the second
 * time. A tool that is not known to read counts as one that writes.
 */
export function mayRepeat(method: string, params: unknown): boolean {
  if (method !== 'tools/call') return repeatableMethods.has(method);
  const { name, arguments: given } = asObject(params);
  if (typeof name !== 'string') return false;
  const called = name === callTool ? asObject(given).name : name;
  return typeof called === 'string' && (readingTools.has(called) || discoveryReads.has(called));
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
