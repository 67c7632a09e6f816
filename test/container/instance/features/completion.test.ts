import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCompletion } from '../../../../container/instance/features/completion.ts';
import { UnknownFeature } from '../../../../container/instance/features/feature-errors.ts';
import { campaignNamed } from '../../../selfhost/sandbox/sandbox-client.ts';
import { readContext, type SandboxInstance, startSandboxInstance } from '../composite/sandbox-instance.ts';

const template = { template: 'smartlead://campaigns/{campaign_id}' };
let running: SandboxInstance;
beforeEach(async () => {
  running = await startSandboxInstance();
});
afterEach(() => running.close());

const complete = (name: string, value: string, signal = readContext.signal) =>
  running.features.completion.complete(
    name === 'category' ? { prompt: 'reply_triage' } : template,
    { name, value },
    {},
    { ...readContext, signal },
  );

describe('completion', () => {
  it('finds campaigns by a part of their name or the beginning of their id, and fills in the id', async () => {
    const { id } = await campaignNamed(running.smartlead, 'Founders in Europe');
    expect(await complete('campaign_id', 'europe')).toEqual({ values: [String(id)], total: 1, hasMore: false });
    expect((await complete('campaign_id', String(id))).values).toEqual([String(id)]);
    expect((await complete('campaign_id', '')).total).toBe(9);
    expect(await complete('campaign_id', 'no such name')).toEqual({ values: [], total: 0, hasMore: false });
  });

  it('asks Smartlead once however fast somebody types', async () => {
    running.operationsAsked();
    await Promise.all(['', 'f', 'fo', 'fou', 'foun'].map((value) => complete('campaign_id', value)));
    await complete('campaign_id', 'found');
    expect(running.operationsAsked()).toEqual(['analytics/campaign-list']);
  });

  it('fills in names of categories', async () =>
    expect((await complete('category', 'int')).values).toEqual(['Interested', 'Not Interested']));

  it('knows nothing of other arguments', async () => {
    for (const name of ['limit', '__proto__', 'constructor']) expect((await complete(name, '')).values).toEqual([]);
  });

  it('knows no argument that the prompt or template has not', async () => {
    const { completion } = running.features;
    const category = { name: 'category', value: '' };
    expect(await completion.complete(template, category, {}, readContext)).toMatchObject({ values: [], total: 0 });
    const checklist = { prompt: 'launch_checklist' };
    expect((await completion.complete(checklist, category, {}, readContext)).values).toEqual([]);
    expect((await completion.complete(checklist, { name: 'campaign_id', value: '' }, {}, readContext)).total).toBe(9);
  });

  it.each([{ prompt: 'no_such_prompt' }, { template: 'smartlead://leads/{campaign_id}' }, { prompt: '__proto__' }])(
    'is refused for %j, which is not offered',
    async (reference) => {
      const argument = { name: 'campaign_id', value: '' };
      const asked = running.features.completion.complete(reference, argument, {}, readContext);
      await expect(asked).rejects.toBeInstanceOf(UnknownFeature);
    },
  );

  it('answers nothing where Smartlead fails, and does not ask again at once', async () => {
    running.operationsAsked();
    running.sandbox.failNext({ operation: 'analytics/campaign-list', mode: '500', times: 9 });
    expect((await complete('campaign_id', 'f')).values).toEqual([]);
    const asked = running.operationsAsked().length;
    expect((await complete('campaign_id', 'fo')).values).toEqual([]);
    expect({ asked, more: running.operationsAsked() }).toEqual({ asked, more: [] });
  });

  it('lets go of whoever leaves, while the others get their answer', async () => {
    running.sandbox.failNext({ operation: 'analytics/campaign-list', mode: 'timeout', times: 1 });
    const leaver = new AbortController();
    const left = complete('campaign_id', 'f', leaver.signal);
    leaver.abort();
    expect((await left).values).toEqual([]);
    expect((await complete('campaign_id', 'f', leaver.signal)).values).toEqual([]);
  });

  it('answers at most 100 values and says that there are more', async () => {
    const items = Array.from({ length: 120 }, (_, index) => ({ id: index + 1, name: `Campaign ${index}` }));
    const directory = { items: async () => items };
    const { prompts, resources } = running.features;
    const offered = { prompts: prompts.list, templates: resources.templates };
    const completion = createCompletion({ campaigns: directory, categories: directory, ...offered });
    const answer = await completion.complete(template, { name: 'campaign_id', value: 'camp' }, {}, readContext);
    expect(answer).toMatchObject({ total: 120, hasMore: true });
    expect(answer.values).toHaveLength(100);
  });
});
