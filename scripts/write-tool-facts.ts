/**
 * Writes `core/tool-facts.ts`: the tools an instance has, and how large each selection of them is. The platform needs both and may
 * not look into the instance. `node scripts/write-tool-facts.ts` after every change of tools, their schemas or descriptions; a test
 * fails where the file is stale.
 */
import { writeFile } from 'node:fs/promises';
import { createInstance } from '../container/instance/instance.ts';
import { smartleadHostsSchema } from '../core/instance-configuration.ts';
import type { ToolFact, ToolSelectionFact } from '../core/tool-fact.ts';
import { discovery, profiles, type ToolSelectionName, type Toolset, toolsets } from '../core/tool-selection.ts';

type Definition = { name: string; annotations?: { readOnlyHint?: boolean | undefined } | undefined };

/** What instances answer to `tools/list`: looked at from outside, so whatever makes a tool is in it. Sends nothing. */
async function definitionsOf(names?: readonly ToolSelectionName[]): Promise<{ tools: readonly Definition[]; bytes: number }> {
  const instance = createInstance(
    {
      smartleadApiKey: 'none',
      smartleadHosts: smartleadHostsSchema.parse({}),
      policy: { policy: 'full', allow: [] },
      ...(names === undefined ? {} : { toolsets: names }),
    },
    { write: () => undefined, flush: () => undefined },
  );
  const { list } = instance.features.tools;
  await instance.close();
  return { tools: list.tools, bytes: bytesOf(list) };
}

/** The tools of a set. A set that shares its name with a profile is the set only beside another one. */
async function toolsOfSet(toolset: Toolset): Promise<readonly Definition[]> {
  const beside: Toolset = toolset === 'campaigns' ? 'leads' : 'campaigns';
  const [both, other] = await Promise.all([definitionsOf([toolset, beside]), definitionsOf([beside])]);
  const others = new Set(other.tools.map(({ name }) => name));
  return both.tools.filter(({ name }) => !others.has(name));
}

/** All tools by set, then by name; and the selections in the order in which they are offered. */
export async function readToolFacts(): Promise<{ tools: ToolFact[]; selections: ToolSelectionFact[] }> {
  const tools: ToolFact[] = [];
  const sets: ToolSelectionFact[] = [];
  for (const toolset of toolsets) {
    const members = await toolsOfSet(toolset);
    sets.push({ name: toolset, kind: 'toolset', tools: members.length, bytes: bytesOf({ tools: members }) });
    tools.push(
      ...members
        .map(({ name, annotations }) => ({ name, toolset, reads: annotations?.readOnlyHint === true }))
        .sort((one, other) => (one.name < other.name ? -1 : 1)),
    );
  }
  const whole = await definitionsOf();
  const selections: ToolSelectionFact[] = [
    { name: 'full', kind: 'full', tools: whole.tools.length, bytes: whole.bytes },
    ...(await Promise.all(
      profiles.map(async (name) => {
        const { tools: chosen, bytes } = await definitionsOf([name]);
        return { name, kind: 'profile' as const, tools: chosen.length, bytes };
      }),
    )),
    ...sets,
  ];
  const { tools: few, bytes } = await definitionsOf([discovery]);
  selections.push({ name: discovery, kind: 'discovery', tools: few.length, bytes });
  return { tools, selections };
}

/** The source text of `core/tool-facts.ts` as it should be. */
export async function toolFactsSource(): Promise<string> {
  const { tools, selections } = await readToolFacts();
  return `/** Written by scripts/write-tool-facts.ts from the tools of the instance; do not edit. */
import type { ToolFact, ToolSelectionFact } from './tool-fact.ts';

/** All tools that can be named in an instance's lists of allowed and denied tools. */
export const toolFacts: readonly ToolFact[] = [
${tools.map(({ name, toolset, reads }) => `  { name: '${name}', toolset: '${toolset}', reads: ${reads} },\n`).join('')}];

export const toolSelectionFacts: readonly ToolSelectionFact[] = [
${selections
  .map(({ name, kind, tools: count, bytes }) => `  { name: '${name}', kind: '${kind}', tools: ${count}, bytes: ${bytes} },\n`)
  .join('')}];
`;
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

if (import.meta.main) await writeFile(new URL('../core/tool-facts.ts', import.meta.url), await toolFactsSource());
