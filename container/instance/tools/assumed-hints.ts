import type { ToolAnnotations, Tool as ToolDefinition } from '@modelcontextprotocol/sdk/types.js';

/** Values that hints have where they are missing. Source: ToolAnnotations of the protocol's schema, the same in every revision. */
const assumed: ToolAnnotations = { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true };

/**
 * The definitions without hints that say what a client assumes anyway, or that mean nothing: what a tool destroys or repeats, where it
 * only reads. In the list of all tools these are 10 KB. Whether a tool reads, and whether a write destroys, is always said: clients ask
 * their user by that.
 */
export function withoutAssumedHints(definitions: readonly ToolDefinition[]): ToolDefinition[] {
  return definitions.map(({ annotations = {}, ...definition }) => ({ ...definition, annotations: toldHints(annotations) }));
}

function toldHints(hints: ToolAnnotations): ToolAnnotations {
  const { readOnlyHint, openWorldHint } = hints;
  if (readOnlyHint === true) return { readOnlyHint, ...(openWorldHint === assumed.openWorldHint ? {} : { openWorldHint }) };
  const told = Object.entries(hints).filter(
    ([name, value]) => name === 'readOnlyHint' || name === 'destructiveHint' || assumed[name as keyof ToolAnnotations] !== value,
  );
  return Object.fromEntries(told);
}
