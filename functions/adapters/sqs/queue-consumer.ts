import { setTimeout as pause } from 'node:timers/promises';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { longestWaitSeconds } from './client.ts';

export interface QueueConsumerOptions {
  client: SQSClient;
  queueUrl: string;
  /**
   * Does what a message asks for; each may come twice, and in any order. Where it rejects the message comes again, and after some times
   * goes to the dead-letter queue, as the queue itself is set up.
   * @param signal Aborted where the message is no longer this consumer's to deal with.
   */
  handle(body: string, signal: AbortSignal): Promise<void>;
  report(failure: { message: string; cause: unknown }): void;
  /** Messages dealt with at the same time, at most. */
  concurrency?: number;
  /** How long a message is kept from others, renewed while it is being dealt with; in seconds. */
  visibilitySeconds?: number;
  waitSeconds?: number;
}

/** The most that one request may receive or delete. */
const batchSize = 10;
/** Between two requests of a queue that does not answer, in milliseconds. */
const firstPause = 500;
const longestPause = 15_000;

/**
 * Takes messages from a queue for as long as it runs. A message is deleted once it has been dealt with; while that takes long, others
 * are kept from it. Where this process dies in between, it comes again.
 */
export class QueueConsumer {
  readonly #options: Required<QueueConsumerOptions>;
  readonly #stopped = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  #wake = () => {};
  #deletions: Message[] = [];
  #deleting: Promise<void> = Promise.resolve();
  #loop: Promise<void> | undefined;

  constructor(options: QueueConsumerOptions) {
    this.#options = { concurrency: 20, visibilitySeconds: 60, waitSeconds: longestWaitSeconds, ...options };
  }

  start(): void {
    this.#loop ??= this.#receiveOn();
  }

  /**
   * Takes no more messages. Those under way get so many milliseconds; what is not done then comes to another consumer. Resolves when all
   * that was done is deleted.
   */
  async stop(deadlineMilliseconds: number): Promise<void> {
    this.#stopped.abort();
    this.#wake();
    const deadline = pause(deadlineMilliseconds, undefined, { ref: false });
    await Promise.race([Promise.all([...this.#underWay, this.#loop]), deadline]);
    await this.#flush();
  }

  async #receiveOn(): Promise<void> {
    const { signal } = this.#stopped;
    for (let failures = 0; !signal.aborted; ) {
      try {
        await this.#receive();
        failures = 0;
      } catch (cause) {
        if (signal.aborted) return;
        this.#options.report({ message: 'Messages could not be received; tried again shortly.', cause });
        const milliseconds = Math.min(firstPause * 2 ** failures, longestPause);
        failures += 1;
        await pause(milliseconds, undefined, { signal }).catch(() => {});
      }
    }
  }

  async #receive(): Promise<void> {
    const { client, queueUrl, concurrency, visibilitySeconds, waitSeconds } = this.#options;
    const { signal } = this.#stopped;
    const room = concurrency - this.#underWay.size;
    if (room <= 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      return;
    }
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: Math.min(room, batchSize),
        VisibilityTimeout: visibilitySeconds,
        WaitTimeSeconds: waitSeconds,
      }),
      { abortSignal: signal },
    );
    for (const message of Messages) {
      const work = this.#dealWith(message).finally(() => {
        this.#underWay.delete(work);
        this.#wake();
      });
      this.#underWay.add(work);
    }
  }

  /** Never rejects. */
  async #dealWith(message: Message): Promise<void> {
    const { visibilitySeconds, handle, report } = this.#options;
    const renewal = setInterval(() => void this.#keep(message), (visibilitySeconds * 1000) / 2);
    try {
      await handle(message.Body ?? '', this.#stopped.signal);
      this.#deletions.push(message);
      await this.#flush();
    } catch (cause) {
      if (!this.#stopped.signal.aborted) report({ message: 'A message could not be dealt with; it comes again.', cause });
    } finally {
      clearInterval(renewal);
    }
  }

  async #keep({ ReceiptHandle }: Message): Promise<void> {
    const { client, queueUrl, visibilitySeconds, report } = this.#options;
    try {
      await client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: visibilitySeconds }),
      );
    } catch (cause) {
      report({ message: 'A message could not be kept from others; it may be dealt with twice.', cause });
    }
  }

  /** Deletes what was dealt with, together what comes together. Never rejects: what could not be deleted comes again. */
  #flush(): Promise<void> {
    this.#deleting = this.#deleting.then(async () => {
      const done = this.#deletions.splice(0, batchSize);
      if (done.length === 0) return;
      const { client, queueUrl, report } = this.#options;
      const Entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      try {
        const { Failed = [] } = await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
        if (Failed.length > 0) throw new Error(`SQS kept ${Failed.length} of ${done.length} messages: ${Failed[0]?.Code}`);
      } catch (cause) {
        report({ message: 'Messages that were dealt with could not be deleted; they come again.', cause });
      }
    });
    return this.#deleting;
  }
}
