import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallContext } from '../../../container/instance/features/mcp-features.ts';
import { type RunningInstance, startInstance } from './start-instance.ts';

let running: RunningInstance;
beforeEach(async () => {
  running = await startInstance();
});
afterEach(() => running.close());

const context: CallContext = {
  signal: new AbortController().signal,
  requestId: 'request',
  session: 'session',
  asks: 'argument',
  progress: () => undefined,
};

async function call(name: string, callArguments: Record<string, unknown>) {
  const outcome = await running.instance.features.tools.call(name, callArguments, context);
  return outcome.kind === 'result' ? (outcome.result.structuredContent as Record<string, unknown>) : undefined;
}

const lists = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

describe.each([
  ['lists', lists],
  ['objects', objects],
])('%s in each other', (_kind, nested) => {
  it.each([40, 100_000])('as arguments, %i levels deep, are refused and nothing is sent', async (levels) => {
    const lead = { email: 'ada@example.com', custom_fields: { deep: JSON.parse(nested(levels)) } };
    for (const repeat of [false, true]) {
      const value = await call('campaigns_add_leads', { campaign_id: 7, lead_list: [lead], repeat });
      expect(value).toMatchObject({ code: 'invalid_arguments', message: expect.stringContaining('levels deep') });
    }
    expect(running.stub.requests).toEqual([]);
  });

  it('in the answer to a read are an answer that makes no sense', async () => {
    running.stub.answer = () => ({ body: `{"data":${nested(100_000)}}` });
    expect(await call('campaigns_get_by_id', { campaign_id: 7 })).toMatchObject({ code: 'smartlead_unexpected_answer' });
  });

  it('in the answer to a write leave open what was done', async () => {
    running.stub.answer = () => ({ body: `{"data":${nested(100_000)}}` });
    expect(await call('campaigns_create', { name: 'A' })).toMatchObject({ code: 'outcome_unknown' });
  });

  it('in an error are an error like any other', async () => {
    running.stub.answer = () => ({ status: 400, body: `{"error":${nested(100_000)}}` });
    expect(await call('campaigns_get_by_id', { campaign_id: 7 })).toMatchObject({ code: 'smartlead_invalid_request' });
  });

  it('as deep as anybody needs them are fine', async () => {
    running.stub.answer = () => ({ body: `{"id":7,"deep":${nested(30)}}` });
    expect(await call('campaigns_get_by_id', { campaign_id: 7 })).toMatchObject({ id: 7 });
  });
});
