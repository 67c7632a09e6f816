/** Calls counted for one instance, tool and minute. A batch of records is applied once, whatever is sent again. */
export interface UsageRecord {
  instanceId: string;
  workspaceId: string;
  /** Name of the called tool. */
  tool: string;
  /** Start of the minute, ISO 8601 in UTC, such as `2026-11-22T08:41:00.000Z`. */
  minute: string;
  calls: number;
  /** Calls that ended without an answer, with a JSON-RPC error, or with a result that the tool itself marks as an error. */
  errors: number;
}

export interface UsageBatch {
  batchId: string;
  records: UsageRecord[];
}

/** The minute a time belongs to, in the form {@link UsageRecord.minute} uses. */
export function minuteOf(time: Date): string {
  return new Date(Math.floor(time.getTime() / 60_000) * 60_000).toISOString();
}
