import { type Toolset, toolsets } from '../../../core/tool-selection.ts';

/**
 * Reads the value of `--tools`: `full`, or toolsets separated by commas.
 * @returns The chosen toolsets, or undefined for all.
 * @throws Error with one line that says what is allowed.
 */
export function parseToolSelection(text: string): Toolset[] | undefined {
  if (text === 'full') return undefined;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !isToolset(name));
  if (unknown !== undefined) {
    throw new Error(`--tools does not know "${unknown}"; use full, or toolsets separated by commas: ${toolsets.join(', ')}`);
  }
  return [...new Set(names.filter(isToolset))];
}

function isToolset(name: string): name is Toolset {
  return (toolsets as readonly string[]).includes(name);
}
