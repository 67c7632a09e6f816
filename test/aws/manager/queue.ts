import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, DeleteQueueCommand, GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { createQueueClient } from '../../../functions/adapters/sqs/client.ts';
import { emulatorSettings } from '../emulator.ts';

/** A queue of its own in the emulator, with a dead-letter queue behind it. */
export async function createTestQueue({ attempts = 2, visibilitySeconds = 1 } = {}) {
  const client = createQueueClient(emulatorSettings());
  const create = async (name: string, Attributes: Record<string, string>) => {
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: `${name}-${randomUUID()}`, Attributes }));
    return QueueUrl;
  };
  const count = async (QueueUrl: string) => {
    const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
    );
    return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
  };
  const deadLetters = await create('dead', {});
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetters, AttributeNames: ['QueueArn'] }),
  );
  const url = await create('work', {
    VisibilityTimeout: String(visibilitySeconds),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes.QueueArn, maxReceiveCount: attempts }),
  });
  return {
    client,
    url,
    send: async (message: unknown) => {
      const body = typeof message === 'string' ? message : JSON.stringify(message);
      await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));
    },
    /** Messages that wait, or that somebody deals with. */
    count: () => count(url),
    countDead: () => count(deadLetters),
    drop: async () => {
      for (const QueueUrl of [url, deadLetters]) await client.send(new DeleteQueueCommand({ QueueUrl }));
      client.destroy();
    },
  };
}
