import { toolFacts, toolSelectionFacts } from '../../core/tool-facts.ts';
import type { Tools } from '../../frontend/api/contract.ts';

/** The real tools, as the API answers them. */
export const fakeTools = {
  selections: toolSelectionFacts.map((selection) => ({ ...selection, tokens: Math.ceil(selection.bytes / 4) })),
  tools: [...toolFacts],
} as Tools;
