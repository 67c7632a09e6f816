import { getEventListeners } from 'node:events';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { expect, it, vi } from 'vitest';
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
  await vi.waitFor(() => expect(done).toBe(300));
  expect(signal && getEventListeners(signal, 'abort').length).toBeLessThan(5);
  await consumer.stop(1_000);
});

it('stops where it has no room for more', async () => {
  const forever = new Promise<void>(() => {});
  const handle = vi.fn(() => forever);
  const consumer = new QueueConsumer({ ...queueOf(5), concurrency: 2, handle, report: () => {} });
  consumer.start();
  await vi.waitFor(() => expect(handle).toHaveBeenCalledTimes(2));
  await consumer.stop(10);
  expect(handle).toHaveBeenCalledTimes(2);
});
