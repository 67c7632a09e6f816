import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { QueueConsumer, type QueueConsumerOptions } from '../../../functions/adapters/sqs/queue-consumer.ts';
import { describeOnAws } from '../emulator.ts';
import { createTestQueue } from './queue.ts';

describeOnAws('a consumer of a queue', () => {
  let queue: Awaited<ReturnType<typeof createTestQueue>>;
  let consumers: QueueConsumer[] = [];
  const incidents: string[] = [];

  beforeEach(async () => {
    queue = await createTestQueue();
    incidents.length = 0;
  });
  afterEach(async () => {
    await Promise.all(consumers.map((consumer) => consumer.stop(0)));
    consumers = [];
    await queue.drop();
  });

  function consume(options: Pick<QueueConsumerOptions, 'handle'> & Partial<QueueConsumerOptions>): QueueConsumer {
    const consumer = new QueueConsumer({
      ...{ client: queue.client, queueUrl: queue.url, waitSeconds: 1, visibilitySeconds: 1 },
      report: ({ message }) => incidents.push(message),
      ...options,
    });
    consumers.push(consumer);
    consumer.start();
    return consumer;
  }

  it('deals with every message, several at a time, and deletes them', async () => {
    const seen = new Set<string>();
    let atOnce = 0;
    let most = 0;
    await Promise.all(Array.from({ length: 25 }, (_, index) => queue.send(`message ${index}`)));
    consume({
      concurrency: 5,
      async handle(body) {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await new Promise((resolve) => setTimeout(resolve, 20));
        atOnce -= 1;
        seen.add(body);
      },
    });
    await vi.waitFor(() => expect(seen.size).toBe(25), { timeout: 20_000 });
    await vi.waitFor(async () => expect(await queue.count()).toBe(0), { timeout: 10_000 });
    expect(most).toBeLessThanOrEqual(5);
    expect(most).toBeGreaterThan(1);
    expect(incidents).toEqual([]);
  });

  it('gets again what it could not do, and in the end the message is put aside', async () => {
    const attempts: string[] = [];
    await queue.send('poison');
    await queue.send('good');
    consume({
      async handle(body) {
        attempts.push(body);
        if (body === 'poison') throw new Error('cannot be done');
      },
    });
    await vi.waitFor(async () => expect(await queue.countDead()).toBe(1), { timeout: 20_000 });
    expect(attempts.filter((body) => body === 'poison')).toHaveLength(2);
    expect(attempts.filter((body) => body === 'good')).toHaveLength(1);
    expect(await queue.count()).toBe(0);
  });

  it('keeps a message from others for as long as it deals with it', async () => {
    const done = Promise.withResolvers<void>();
    let times = 0;
    const handle = async () => {
      times += 1;
      await done.promise;
    };
    await queue.send('slow');
    consume({ handle });
    consume({ handle });
    // Three times as long as the message is hidden for.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    done.resolve();
    await vi.waitFor(async () => expect(await queue.count()).toBe(0), { timeout: 10_000 });
    expect(times).toBe(1);
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
    const stopped = consumer.stop(5_000);
    await queue.send('second');
    under.resolve();
    await stopped;
    expect(await queue.count()).toBe(1);
  });

  it('goes on where the queue was away', async () => {
    const seen: string[] = [];
    const send = vi.spyOn(queue.client, 'send').mockRejectedValueOnce(new Error('away') as never);
    consume({ handle: async (body) => void seen.push(body) });
    await vi.waitFor(() => expect(incidents).toEqual(['Messages could not be received; tried again shortly.']));
    send.mockRestore();
    await queue.send('later');
    await vi.waitFor(() => expect(seen).toEqual(['later']), { timeout: 10_000 });
  });
});
