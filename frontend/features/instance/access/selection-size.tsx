import Box from '@mui/material/Box';
import type { ToolSelectionKind, ToolSelectionName, Tools } from '../../../api/contract.ts';
import type { ToolChoice } from './access-draft.ts';

const count = new Intl.NumberFormat('en');
const roughly = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });

export interface SelectionSize {
  tools: number;
  tokens: number;
  /** Whether the tokens may be fewer. */
  atMost?: boolean;
}

/** The size of one selection; `undefined` as long as it is not known. */
export function sizeOf(
  tools: Tools | undefined,
  kind: ToolSelectionKind,
  name: ToolSelectionName | 'full',
): SelectionSize | undefined {
  return tools?.selections.find((selection) => selection.kind === kind && selection.name === name);
}

/** The size of what is chosen. */
export function sizeOfChoice(tools: Tools | undefined, choice: ToolChoice): SelectionSize | undefined {
  if (choice.kind === 'toolset') return sizeOfSets(tools, choice.toolsets);
  return sizeOf(tools, choice.kind, choice.kind === 'profile' ? choice.profile : choice.kind);
}

/** The sum, and no more than everything takes: what several tools share is told once in a long list. */
function sizeOfSets(tools: Tools | undefined, names: readonly ToolSelectionName[]): SelectionSize | undefined {
  const everything = sizeOf(tools, 'full', 'full');
  const sizes = names.map((name) => sizeOf(tools, 'toolset', name)).filter((size) => size !== undefined);
  if (everything === undefined || sizes.length !== names.length) return undefined;
  const sum = (part: 'tools' | 'tokens') => sizes.reduce((total, size) => total + size[part], 0);
  return { tools: sum('tools'), tokens: Math.min(sum('tokens'), everything.tokens), atMost: names.length > 1 };
}

/** Such as `18 tools, about 2,900 tokens`. */
export function sizeInWords({ tools, tokens, atMost = false }: SelectionSize): string {
  return `${count.format(tools)} ${tools === 1 ? 'tool' : 'tools'}, ${atMost ? 'at most' : 'about'} ${roughly.format(tokens)} tokens`;
}

/** The size of a selection beneath its explanation. Nothing as long as it is not known. */
export function SizeText({ size }: { size: SelectionSize | undefined }) {
  if (size === undefined) return null;
  return (
    <Box component="span" sx={{ display: 'block', mt: 0.25, fontWeight: 550, fontVariantNumeric: 'tabular-nums' }}>
      {sizeInWords(size)}
    </Box>
  );
}
