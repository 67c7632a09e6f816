import { describe, expect, it } from 'vitest';
import type { UsageBatch } from '../../../core/usage-record.ts';
import { createUsageArrived } from '../../../functions/events/usage-arrived.ts';

const record = {
  instanceId: 'ins_1',
  workspaceId: 'ws_1',
  tool: 'leads_get',
  minute: '2026-11-22T08:41:00.000Z',
  calls: 2,
  errors: 0,
};

function arranged(apply: (batch: UsageBatch) => Promise<void> = async () => {}) {
  const applied: UsageBatch[] = [];
  const incidents: string[] = [];
  const handler = createUsageArrived({
    usage: {
      async apply(batch) {
        await apply(batch);
        applied.push(batch);
      },
    },
    report: ({ message }) => incidents.push(message),
  });
  return { applied, incidents, handler };
}

describe('usage that arrives', () => {
  it('is applied batch by batch', async () => {
    const { applied, handler } = arranged();
    const batches = [
      { batchId: 'bat_1', records: [record] },
      { batchId: 'bat_2', records: [{ ...record, bytesIn: 1, bytesOut: 2, streamSeconds: 3 }] },
    ];
    const Records = batches.map((batch, index) => ({ messageId: `m${index}`, body: JSON.stringify(batch) }));
    expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
    expect(applied).toEqual(batches);
  });

  it.each([
    ['that cannot be stored', JSON.stringify({ batchId: 'away', records: [record] })],
    ['that is no batch', JSON.stringify({ batchId: 'bat_2', records: [{ ...record, calls: -1 }] })],
    ['that is no JSON', '{"batchId'],
  ])('comes again where it is one %s, without the others', async (_title, body) => {
    const { applied, incidents, handler } = arranged(async ({ batchId }) => {
      if (batchId === 'away') throw new Error('table away');
    });
    const good = { batchId: 'bat_1', records: [record] };
    const Records = [
      { messageId: 'bad', body },
      { messageId: 'good', body: JSON.stringify(good) },
    ];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] });
    expect(applied).toEqual([good]);
    expect(incidents).toHaveLength(1);
  });
});
