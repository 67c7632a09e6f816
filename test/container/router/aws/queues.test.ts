import fc from 'fast-check';
import { expect, it } from 'vitest';
import { QueueWaker, routerEvents } from '../../../../container/router/aws/platform-messages.ts';
import { maxMessageBytes, splitBatch, usageQueue } from '../../../../container/router/aws/usage-queue.ts';
import { platformMessageSchema } from '../../../../core/platform-messages.ts';
import type { UsageBatch } from '../../../../core/usage-record.ts';

/** A queue that keeps what it gets, and fails as often as it is told to. */
function queueThatFails(times = 0) {
  const sent: object[] = [];
  let failuresLeft = times;
  return {
    sent,
    send: async (message: object) => {
      if (failuresLeft > 0) {
        failuresLeft -= 1;
        throw new Error('away');
      }
      sent.push(message);
    },
  };
}

const record = fc.record({
  instanceId: fc.string({ minLength: 30, maxLength: 30 }),
  workspaceId: fc.string({ unit: 'grapheme', maxLength: 30 }),
  tool: fc.string({ unit: 'grapheme', maxLength: 64 }),
  minute: fc.constant('2026-11-22T08:41:00.000Z'),
  calls: fc.nat(),
  errors: fc.nat(),
});

it('a batch is split into messages that fit, always alike, and nothing is lost', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 60 }), fc.integer({ min: 1_000, max: 6_000 }), (records, maxBytes) => {
      const batch: UsageBatch = { batchId: 'bat_1', records };
      const parts = splitBatch(batch, maxBytes);
      expect(parts.flatMap((part) => part.records)).toEqual(records);
      expect(new Set(parts.map(({ batchId }) => batchId)).size).toBe(parts.length);
      expect(splitBatch(structuredClone(batch), maxBytes)).toEqual(parts);
      for (const part of parts) expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThanOrEqual(maxBytes);
    }),
  );
});

it('the largest batch of a router goes in few messages, and a small one keeps its id', async () => {
  const one = {
    instanceId: 'i'.repeat(30),
    workspaceId: 'w'.repeat(29),
    tool: 't'.repeat(64),
    minute: '2026-11-22T08:41:00.000Z',
  };
  const counts = { calls: 123_456, errors: 123_456, bytesIn: 123_456_789, bytesOut: 123_456_789, streamSeconds: 123_456 };
  const records = Array.from({ length: 1_000 }, () => ({ ...one, ...counts }));
  expect(splitBatch({ batchId: 'bat_1', records }, maxMessageBytes)).toHaveLength(2);
  const queue = queueThatFails();
  await usageQueue(queue).apply({ batchId: 'bat_1', records: records.slice(0, 3) });
  expect(queue.sent).toEqual([{ batchId: 'bat_1', records: records.slice(0, 3) }]);
});

it('a batch is taken only when the queue has all of it', async () => {
  await expect(usageQueue(queueThatFails(1)).apply({ batchId: 'bat_1', records: [] })).resolves.toBeUndefined();
  const records = [{ instanceId: 'i', workspaceId: 'w', tool: 't', minute: '2026-11-22T08:41:00.000Z', calls: 1, errors: 0 }];
  await expect(usageQueue(queueThatFails(1)).apply({ batchId: 'bat_1', records })).rejects.toThrow('away');
});

it('an instance is asked to wake once a second, and at once again where the message did not get away', async () => {
  let now = 0;
  const queue = queueThatFails(1);
  const waker = new QueueWaker(queue, () => now);
  await expect(waker.wake('i1')).rejects.toThrow('away');
  await waker.wake('i1');
  now = 999;
  await Promise.all([waker.wake('i1'), waker.wake('i2')]);
  now = 1_000;
  await waker.wake('i1');
  const wake = (instanceId: string) => ({ kind: 'wake', instanceId });
  expect(queue.sent).toEqual([wake('i1'), wake('i2'), wake('i1')]);
});

it('what the router tells is what the Instance Manager understands', async () => {
  const queue = queueThatFails();
  const events = routerEvents(queue);
  await events.clientConnected({ instanceId: 'i', workspaceId: 'w', tokenId: 't', clientName: 'n8n' });
  await events.clientConnected({ instanceId: 'i', workspaceId: 'w', tokenId: 't' });
  await events.tokenUsed('t', '2026-11-22T08:41:00.000Z');
  await events.instanceFailed({ instanceId: 'i', address: 'http://10.0.0.1:3000', kind: 'lost' });
  expect(queue.sent.map((message) => platformMessageSchema.parse(message))).toEqual(queue.sent);
  expect(queue.sent.map((message) => (message as { kind: string }).kind)).toEqual([
    'client-connected',
    'client-connected',
    'token-used',
    'instance-failed',
  ]);
});
