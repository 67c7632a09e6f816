/**
 * What is counted under instead of a tool: streams that stay open (their seconds and bytes), and messages of the protocol that call no
 * tool (their bytes). No tool can have such a name.
 */
export const usageOutsideTools = { streams: '(stream)', messages: '(protocol)' } as const;

/** What was counted for one instance, tool and minute. A batch of records is applied once, whatever is sent again. */
export interface UsageRecord {
  instanceId: string;
  workspaceId: string;
  /** Name of the called tool, or one of {@link usageOutsideTools}. */
  tool: string;
  /** Start of the minute, ISO 8601 in UTC, such as `2026-11-22T08:41:00.000Z`. */
  minute: string;
  calls: number;
  /** Calls that ended without an answer, with a JSON-RPC error, or with a result that the tool itself marks as an error. */
  errors: number;
  /** Bytes of the bodies that clients sent; absent means none, as in the two below. */
  bytesIn?: number;
  /** Bytes of the answers, with their heads. What arrives on a standing stream counts for the stream, whatever it answers. */
  bytesOut?: number;
  /** Whole seconds that standing streams were open, all of them together. */
  streamSeconds?: number;
}

export interface UsageBatch {
  batchId: string;
  records: UsageRecord[];
}

/** The minute a time belongs to, in the form {@link UsageRecord.minute} uses. */
export function minuteOf(time: Date): string {
  return new Date(Math.floor(time.getTime() / 60_000) * 60_000).toISOString();
}
