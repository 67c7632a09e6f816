import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** More messages are on their way than the queue takes. */
export class QueueBusyError extends Error {
  override readonly name = 'QueueBusyError';
}

/** As many as a storm of clients that come back makes in a second or two. */
const mostUnderWay = 2_000;

/** Sends JSON messages to one SQS queue. */
export class Queue {
  readonly #client: SQSClient;
  readonly #url: string;
  #underWay = 0;

  constructor(client: SQSClient, url: string) {
    this.#client = client;
    this.#url = url;
  }

  /** Resolves when the queue keeps the message. Rejects where it cannot be asked, and with {@link QueueBusyError}. */
  async send(message: object): Promise<void> {
    if (this.#underWay >= mostUnderWay) throw new QueueBusyError(`${mostUnderWay} messages wait for their queue already`);
    this.#underWay += 1;
    try {
      await this.#client.send(new SendMessageCommand({ QueueUrl: this.#url, MessageBody: JSON.stringify(message) }));
    } finally {
      this.#underWay -= 1;
    }
  }
}
