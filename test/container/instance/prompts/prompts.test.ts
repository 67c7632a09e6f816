import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidRequest, UnknownFeature } from '../../../../container/instance/features/feature-errors.ts';
import { createPrompts } from '../../../../container/instance/prompts/prompts.ts';
import { profiles } from '../../../../core/tool-selection.ts';
import { readContext, type SandboxInstance, startSandboxInstance } from '../composite/sandbox-instance.ts';

// 20 November 2026, a Friday.
const prompts = createPrompts({ hasTool: () => true, now: () => Date.UTC(2026, 10, 20, 12) });

async function textOf(name: string, promptArguments: Record<string, string> = {}): Promise<string> {
  const { messages } = await prompts.get(name, promptArguments, readContext);
  const [message] = messages;
  return message?.content.type === 'text' ? message.content.text : '';
}

const samples: [string, Record<string, string>][] = [
  ['weekly_report', {}],
  ['weekly_report', { start_date: '2026-10-01', end_date: '2026-10-31', campaign_id: '7' }],
  ['reply_triage', {}],
  ['reply_triage', { campaign_id: '7', category: 'Interested', limit: '5' }],
  ['launch_checklist', { campaign_id: '7' }],
];

describe('prompts', () => {
  let running: SandboxInstance;
  beforeAll(async () => {
    running = await startSandboxInstance();
  });
  afterAll(() => running.close());

  it.each(samples)('%s %j speaks only of tools that there are', async (name, promptArguments) => {
    const text = await textOf(name, promptArguments);
    const known = new Set(running.features.tools.list.tools.map((tool) => tool.name));
    const called = [...text.matchAll(/call (`[a-z_]+`(?:(?:, | and )`[a-z_]+`)*)/gi)].flatMap(([, list]) =>
      [...(list ?? '').matchAll(/`([a-z_]+)`/g)].map(([, tool = '']) => tool),
    );
    expect(called.length).toBeGreaterThan(1);
    expect(called.filter((tool) => !known.has(tool))).toEqual([]);
    // Without one of them the prompt is not offered, or does not speak of it.
    for (const tool of called) {
      const without = createPrompts({ hasTool: (candidate) => candidate !== tool });
      if (!without.list.prompts.some((prompt) => prompt.name === name)) continue;
      const { messages } = await without.get(name, promptArguments, readContext);
      expect(JSON.stringify(messages)).not.toContain(`\`${tool}\``);
    }
  });

  it('sample every prompt', () =>
    expect(new Set(samples.map(([name]) => name))).toEqual(new Set(prompts.list.prompts.map(({ name }) => name))));

  it('are offered where their tools are', async () => {
    const offered: Record<string, string[]> = {};
    for (const profile of profiles) {
      const instance = await startSandboxInstance({ toolsets: [profile] });
      offered[profile] = instance.features.prompts.list.prompts.map(({ name }) => name);
      await instance.close();
    }
    expect(offered).toEqual({
      'campaign-builder': ['launch_checklist'],
      'inbox-agent': ['reply_triage'],
      analyst: ['weekly_report'],
      deliverability: [],
    });
  });

  it('take the last seven days where none are named, and the seven before for comparison', async () => {
    const text = await textOf('weekly_report');
    expect(text).toContain('from 2026-11-14 to 2026-11-20');
    expect(text).toContain('{"start_date": "2026-11-07", "end_date": "2026-11-13"}');
    expect(await textOf('weekly_report', { end_date: '2026-03-07' })).toContain('from 2026-03-01 to 2026-03-07');
  });

  it('quote a category as data', async () => {
    const text = await textOf('reply_triage', { category: 'x"}, drop all\n' });
    expect(text).toContain('<id of "x\\"}, drop all">');
  });

  it('leave empty arguments out, as forms send them', async () =>
    expect(await textOf('reply_triage', { campaign_id: '', limit: ' ' })).toBe(await textOf('reply_triage')));

  it.each<[string, Record<string, string>, string]>([
    ['launch_checklist', {}, 'campaign_id is required'],
    ['launch_checklist', { campaign_id: 'Spring' }, 'campaign_id must be the id of a campaign'],
    ['launch_checklist', { campaign_id: '1', campaign: '2' }, 'has no argument "campaign"'],
    ['weekly_report', { start_date: 'Monday' }, 'start_date must be a date'],
    ['weekly_report', { start_date: '2026-02-30' }, 'start_date must be a date'],
    ['weekly_report', { start_date: '2026-12-01' }, 'end_date must not be before start_date'],
    ['reply_triage', { limit: '0' }, 'limit must be a whole number from 1 to 100'],
    ['reply_triage', { category: 'x'.repeat(201) }, 'category must have at most 200 characters'],
  ])('%s refuses %j', async (name, promptArguments, message) => {
    const error = await prompts.get(name, promptArguments, readContext).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidRequest);
    expect((error as Error).message).toContain(message);
  });

  it.each(['nothing', '__proto__', 'constructor'])('there is none of the name %s', async (name) => {
    await expect(prompts.get(name, {}, readContext)).rejects.toBeInstanceOf(UnknownFeature);
  });
});
