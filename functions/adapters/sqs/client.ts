import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';

/** The longest that SQS waits for a message, in seconds. */
export const longestWaitSeconds = 20;

/** A client whose requests may wait for messages, and that gives up on what takes longer. */
export function createQueueClient(settings: SQSClientConfig = {}): SQSClient {
  return new SQSClient({
    maxAttempts: 4,
    requestHandler: {
      connectionTimeout: 1000,
      requestTimeout: (longestWaitSeconds + 5) * 1000,
      throwOnRequestTimeout: true,
    },
    ...settings,
  });
}
