import { z } from 'zod';
import type { UsageBatch } from '../../core/usage-record.ts';
import type { ReportIncident } from '../instance-manager/lifecycle-ports.ts';
import type { UsageStore } from '../ports.ts';

const count = z.int().min(0);

const usageBatchSchema = z.object({
  batchId: z.string().min(1),
  records: z.array(
    z.object({
      instanceId: z.string(),
      workspaceId: z.string(),
      tool: z.string(),
      minute: z.iso.datetime(),
      calls: count,
      errors: count,
      bytesIn: count.optional(),
      bytesOut: count.optional(),
      streamSeconds: count.optional(),
    }),
  ),
});

/** What Lambda gets of a queue. Source: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export interface QueueEvent {
  Records: readonly { messageId: string; body: string }[];
}

/** Which messages have to come again. Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html */
export interface QueueEventAnswer {
  batchItemFailures: { itemIdentifier: string }[];
}

/**
 * Makes the function that counts what routers counted, a `UsageBatch` a message. A batch that comes twice counts once; one that could
 * not be stored comes again without the others, and in the end goes to the dead-letter queue.
 */
export function createUsageArrived({ usage, report }: { usage: Pick<UsageStore, 'apply'>; report: ReportIncident }) {
  return async ({ Records }: QueueEvent): Promise<QueueEventAnswer> => {
    const failures = await Promise.all(
      Records.map(async ({ messageId, body }) => {
        try {
          await usage.apply(readBatch(body));
          return [];
        } catch (cause) {
          report({ message: `The usage in the message ${messageId} could not be counted; it comes again.`, cause });
          return [{ itemIdentifier: messageId }];
        }
      }),
    );
    return { batchItemFailures: failures.flat() };
  };
}

function readBatch(body: string): UsageBatch {
  const batch = usageBatchSchema.safeParse(parseJson(body));
  if (!batch.success) throw new Error('the message is no batch of usage');
  return {
    batchId: batch.data.batchId,
    records: batch.data.records.map(({ bytesIn, bytesOut, streamSeconds, ...record }) => ({
      ...record,
      ...(bytesIn === undefined ? {} : { bytesIn }),
      ...(bytesOut === undefined ? {} : { bytesOut }),
      ...(streamSeconds === undefined ? {} : { streamSeconds }),
    })),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
