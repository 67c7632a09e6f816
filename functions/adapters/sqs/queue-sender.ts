import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** Sends messages to one queue, each a JSON object. */
export class QueueSender<Message extends object> {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  /** Resolves when the queue has it. It may be delivered twice, and in another order. */
  async send(message: Message): Promise<void> {
    await this.#client.send(new SendMessageCommand({ QueueUrl: this.#queueUrl, MessageBody: JSON.stringify(message) }));
  }
}
