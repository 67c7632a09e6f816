import type { UsageBatch, UsageRecord } from '../../../core/usage-record.ts';
import type { UsageSink } from '../ports.ts';
import type { Queue } from './queue.ts';

/**
 * Bytes of a message at most. SQS takes 1 MiB (SQS Developer Guide, "Message quotas"), of which a quarter leaves room for whatever is
 * between the queue and its reader.
 */
export const maxMessageBytes = 250_000;

/** Hands counts to the queue of usage batches. Resolves when the queue keeps all of a batch. */
export function usageQueue(queue: Pick<Queue, 'send'>): UsageSink {
  return {
    apply: async (batch) => {
      for (const part of splitBatch(batch, maxMessageBytes)) await queue.send(part);
    },
  };
}

/**
 * The batch in parts that fit into a message. The same batch is always split alike and its parts have the same ids, so that a part that
 * is sent twice counts once.
 */
export function splitBatch({ batchId, records }: UsageBatch, maxBytes: number): UsageBatch[] {
  const parts: UsageRecord[][] = [];
  const emptyBytes = Buffer.byteLength(JSON.stringify({ batchId: `${batchId}.${records.length}`, records: [] }));
  let bytes = 0;
  for (const record of records) {
    const recordBytes = Buffer.byteLength(JSON.stringify(record)) + 1;
    const part = parts.at(-1);
    if (part === undefined || bytes + recordBytes > maxBytes) {
      parts.push([record]);
      bytes = emptyBytes + recordBytes;
    } else {
      part.push(record);
      bytes += recordBytes;
    }
  }
  if (parts.length <= 1) return parts.map((part) => ({ batchId, records: part }));
  return parts.map((part, index) => ({ batchId: `${batchId}.${index}`, records: part }));
}
