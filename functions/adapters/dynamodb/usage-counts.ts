import type { UsageRecord } from '../../../core/usage-record.ts';
import { storableText } from './storable-text.ts';
import { startOf, stepsOfUsage, type UsageStep } from './usage-steps.ts';

/** A client may call what it likes a tool; the name is part of a key, which holds 1,024 bytes. */
const longestToolName = 200;

/** What is to be added to one item. */
export interface UsageCount extends Required<Omit<UsageRecord, 'minute'>> {
  step: UsageStep;
  time: string;
}

/**
 * What a batch adds to its minutes, hours and days: one count for each item, because a transaction may name an item only once. The
 * same batch gives the same counts in the same order, so that its parts are the same when it comes again.
 */
export function countBatch(records: readonly UsageRecord[]): UsageCount[] {
  const counts = new Map<string, UsageCount>();
  for (const { instanceId, workspaceId, minute, ...record } of records) {
    const tool = storableText(record.tool, longestToolName);
    for (const step of stepsOfUsage) {
      const time = startOf(step, minute);
      const key = JSON.stringify([step, workspaceId, instanceId, tool, time]);
      const count = counts.get(key);
      counts.set(key, {
        ...{ step, time, instanceId, workspaceId, tool },
        calls: (count?.calls ?? 0) + record.calls,
        errors: (count?.errors ?? 0) + record.errors,
        bytesIn: (count?.bytesIn ?? 0) + (record.bytesIn ?? 0),
        bytesOut: (count?.bytesOut ?? 0) + (record.bytesOut ?? 0),
        streamSeconds: (count?.streamSeconds ?? 0) + (record.streamSeconds ?? 0),
      });
    }
  }
  return [...counts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, count]) => count);
}
