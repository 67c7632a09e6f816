import { getEventListeners } from 'node:events';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, expect, it, vi } from 'vitest';
import { QueueConsumer } from '../../../../functions/adapters/sqs/queue-consumer.ts';

/** A queue of so many messages, which afterwards answers when its caller gives up. */
function queueOf(messages: number) {
  let left = messages;
  const send = async (command: unknown, { abortSignal }: { abortSignal?: AbortSignal } = {}) => {
    if (command instanceof DeleteMessageBatchCommand) return {};
    if (!(command instanceof ReceiveMessageCommand)) throw new Error('not asked for here');
    if (left === 0) {
      return new Promise((_, reject) =>
        abortSignal?.addEventListener('abort', () => reject(new Error('given up')), { once: true }),
      );
    }
    const count = Math.min(left, command.input.MaxNumberOfMessages ?? 1);
    left -= count;
    return { Messages: Array.from({ length: count }, (_, index) => ({ Body: 'message', ReceiptHandle: String(left + index) })) };
  };
  return { client: { send } as unknown as SQSClient, queueUrl: 'http://127.0.0.1/queue' };
}

/** A queue of one message, which is there again once it has not been kept from others for long enough. */
function queueOfOne() {
  let visibleAt: number | undefined = 0;
  const send = async (command: unknown) => {
    if (command instanceof DeleteMessageBatchCommand) visibleAt = undefined;
    else if (command instanceof ReceiveMessageCommand) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (visibleAt === undefined || visibleAt > Date.now()) return {};
      visibleAt = Date.now() + Number(command.input.VisibilityTimeout) * 1000;
      return { Messages: [{ Body: 'slow', ReceiptHandle: 'receipt' }] };
    } else if (command instanceof ChangeMessageVisibilityCommand) {
      visibleAt = Date.now() + Number(command.input.VisibilityTimeout) * 1000;
    }
    return {};
  };
  return { client: { send } as unknown as SQSClient, queueUrl: 'http://127.0.0.1/queue', isEmpty: () => visibleAt === undefined };
}

afterEach(() => void vi.useRealTimers());

it('keeps a message from others for as long as it deals with it', async () => {
  vi.useFakeTimers();
  const queue = queueOfOne();
  const done = Promise.withResolvers<void>();
  const handle = vi.fn(() => done.promise);
  const consumers = [1, 2].map(() => new QueueConsumer({ ...queue, visibilitySeconds: 60, handle, report: () => {} }));
  for (const consumer of consumers) consumer.start();
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(handle).toHaveBeenCalledTimes(1);
  done.resolve();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(queue.isEmpty()).toBe(true);
  const stopped = Promise.all(consumers.map((consumer) => consumer.stop(1_000)));
  await vi.advanceTimersByTimeAsync(1_000);
  await stopped;
});

it('keeps nothing of the moments in which it had no room for more', async () => {
  let done = 0;
  let signal: AbortSignal | undefined;
  const consumer = new QueueConsumer({
    ...queueOf(300),
    concurrency: 2,
    async handle(_body, given) {
      signal = given;
      await new Promise((resolve) => setImmediate(resolve));
      done += 1;
    },
    report: () => {},
  });
  consumer.start();
  await vi.waitFor(() => expect(done).toBe(300), { timeout: 15_000 });
  expect(signal && getEventListeners(signal, 'abort').length).toBeLessThan(5);
  await consumer.stop(1_000);
});

it('stops where it has no room for more', async () => {
  const forever = new Promise<void>(() => {});
  const handle = vi.fn(() => forever);
  const consumer = new QueueConsumer({ ...queueOf(5), concurrency: 2, handle, report: () => {} });
  consumer.start();
  await vi.waitFor(() => expect(handle).toHaveBeenCalledTimes(2), { timeout: 15_000 });
  await consumer.stop(10);
  expect(handle).toHaveBeenCalledTimes(2);
});
