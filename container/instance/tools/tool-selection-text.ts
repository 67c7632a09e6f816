import { discovery, profiles, type ToolSelectionName, toolSelectionSchema, toolsets } from '../../../core/tool-selection.ts';

/**
 * Reads the value of `--tools`: `full`, `discovery`, a profile, or toolsets separated by commas.
 * @returns The chosen names, or undefined for all tools.
 * @throws Error with one line that says what is allowed.
 */
export function parseToolSelection(text: string): ToolSelectionName[] | undefined {
  if (text === 'full') return undefined;
  const names = text.split(',').map((name) => name.trim());
  const parsed = toolSelectionSchema.safeParse(names);
  if (parsed.success) return parsed.data;
  const known: readonly string[] = [discovery, ...profiles, ...toolsets];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) throw new Error('--tools takes one profile alone, discovery alone, or toolsets separated by commas');
  throw new Error(
    `--tools does not know "${unknown}"; use full, ${discovery}, a profile (${profiles.join(', ')}), ` +
      `or toolsets separated by commas: ${toolsets.join(', ')}`,
  );
}
