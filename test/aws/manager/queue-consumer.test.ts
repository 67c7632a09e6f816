import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { QueueConsumer, type QueueConsumerOptions } from '../../../functions/adapters/sqs/queue-consumer.ts';
import { describeOnAws } from '../emulator.ts';
import { createTestQueue } from './queue.ts';

describeOnAws('a consumer of a queue', () => {
  let queue: Awaited<ReturnType<typeof createTestQueue>>;
  let consumers: QueueConsumer[] = [];
  const incidents: string[] = [];

  // Nothing comes again by itself while a test runs, however slow that is, where it does not say so.
  beforeEach(async () => {
    queue = await createTestQueue({ visibilitySeconds: 60 });
    incidents.length = 0;
  });
  afterEach(async () => {
    await Promise.all(consumers.map((consumer) => consumer.stop(0)));
    consumers = [];
    await queue.drop();
  });

  function consume(options: Pick<QueueConsumerOptions, 'handle'> & Partial<QueueConsumerOptions>): QueueConsumer {
    const consumer = new QueueConsumer({
      ...{ client: queue.client, queueUrl: queue.url, waitSeconds: 1, visibilitySeconds: 60 },
      report: ({ message }) => incidents.push(message),
      ...options,
    });
    consumers.push(consumer);
    consumer.start();
    return consumer;
  }

  it('deals with every message, several at a time, and deletes them', async () => {
    const seen: string[] = [];
    const several = Promise.withResolvers<void>();
    let atOnce = 0;
    let most = 0;
    await Promise.all(Array.from({ length: 25 }, (_, index) => queue.send(`message ${index}`)));
    consume({
      concurrency: 5,
      async handle(body) {
        atOnce += 1;
        most = Math.max(most, atOnce);
        if (atOnce > 1) several.resolve();
        await several.promise;
        atOnce -= 1;
        seen.push(body);
      },
    });
    await vi.waitFor(() => expect(seen).toHaveLength(25), { timeout: 20_000 });
    await vi.waitFor(async () => expect(await queue.count()).toBe(0), { timeout: 15_000 });
    expect(new Set(seen).size).toBe(25);
    expect(most).toBeLessThanOrEqual(5);
    expect(incidents).toEqual([]);
  });

  it('gets again what it could not do, and in the end the message is put aside', async () => {
    const attempts: string[] = [];
    await queue.send('poison');
    await queue.send('good');
    consume({
      visibilitySeconds: 1,
      async handle(body) {
        attempts.push(body);
        if (body === 'poison') throw new Error('cannot be done');
      },
    });
    await vi.waitFor(async () => expect(await queue.countDead()).toBe(1), { timeout: 20_000 });
    expect(attempts.filter((body) => body === 'poison')).toHaveLength(2);
    expect(attempts).toContain('good');
    await vi.waitFor(async () => expect(await queue.count()).toBe(0), { timeout: 15_000 });
  });

  it('has the queue keep a message from others for as long as it deals with it', async () => {
    const done = Promise.withResolvers<void>();
    const send = vi.spyOn(queue.client, 'send');
    await queue.send('slow');
    consume({ handle: () => done.promise, visibilitySeconds: 4 });
    const renewed = async () => {
      const at = send.mock.calls.findIndex(([command]) => (command as unknown) instanceof ChangeMessageVisibilityCommand);
      await send.mock.results[at]?.value;
      return at >= 0;
    };
    await expect.poll(renewed, { timeout: 15_000 }).toBe(true);
    done.resolve();
    await vi.waitFor(async () => expect(await queue.count()).toBe(0), { timeout: 15_000 });
  });

  it('that stops takes nothing more, ends what is under way, and leaves the rest', async () => {
    const under = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    await queue.send('first');
    const consumer = consume({
      handle: async () => {
        begun.resolve();
        await under.promise;
      },
    });
    await begun.promise;
    const stopped = consumer.stop(60_000);
    await queue.send('second');
    under.resolve();
    await stopped;
    expect(await queue.count()).toBe(1);
  });

  it('goes on where the queue was away', async () => {
    const seen: string[] = [];
    const send = vi.spyOn(queue.client, 'send').mockRejectedValueOnce(new Error('away') as never);
    consume({ handle: async (body) => void seen.push(body) });
    await vi.waitFor(() => expect(incidents).toEqual(['Messages could not be received; tried again shortly.']), {
      timeout: 15_000,
    });
    send.mockRestore();
    await queue.send('later');
    await vi.waitFor(() => expect(seen).toEqual(['later']), { timeout: 15_000 });
  });
});
