import { expect, it } from 'vitest';
import { profiles, toolsets } from '../../../../core/tool-selection.ts';
import { createApi } from '../api-client.ts';

interface Selection {
  name: string;
  kind: string;
  tools: number;
  bytes: number;
  tokens: number;
}

it('tells anybody which tools there are and what each selection takes', async () => {
  const { api } = createApi();
  const answer = await api.call('GET', '/v1/tools');
  expect(answer.status).toBe(200);
  const { tools, selections }: { tools: { name: string; toolset: string }[]; selections: Selection[] } = answer.json;
  const named = (kind: string) => selections.filter((selection) => selection.kind === kind).map(({ name }) => name);
  expect([named('full'), named('profile'), named('toolset'), named('discovery')]).toEqual([
    ['full'],
    [...profiles],
    [...toolsets],
    ['discovery'],
  ]);
  for (const { kind, name, tools: count } of selections.filter((selection) => selection.kind === 'toolset')) {
    expect([kind, name, count]).toEqual([kind, name, tools.filter(({ toolset }) => toolset === name).length]);
  }
  expect(selections.find(({ kind }) => kind === 'full')?.tools).toBe(tools.length);
  for (const { bytes, tokens } of selections) expect(tokens).toBe(Math.ceil(bytes / 4));
});
