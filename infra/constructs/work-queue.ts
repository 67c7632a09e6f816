import { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { alarmPeriod, ServiceAlarm } from './service-alarm.ts';

export interface WorkQueueProps {
  alarmTopic: ITopic;
  /** How long whoever takes a message has for it before somebody else gets it. */
  visibilityTimeout: Duration;
  /** How often a message is tried before it is put aside. */
  attempts: number;
  /** What its messages ask for, as it stands in alarms, such as `usage of instances`. */
  messages: string;
}

/** A queue whose messages are put aside where nobody can deal with them, and an alarm for that. Encrypted, and TLS only. */
export class WorkQueue extends Construct {
  readonly queue: sqs.Queue;

  constructor(scope: Construct, id: string, { alarmTopic, visibilityTimeout, attempts, messages }: WorkQueueProps) {
    super(scope, id);
    const shared = { encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: Duration.days(14) };
    const putAside = new sqs.Queue(this, 'PutAside', shared);
    this.queue = new sqs.Queue(this, 'Queue', {
      ...shared,
      visibilityTimeout,
      receiveMessageWaitTime: Duration.seconds(20),
      deadLetterQueue: { queue: putAside, maxReceiveCount: attempts },
    });
    new ServiceAlarm(this, 'PutAsideMessages', {
      topic: alarmTopic,
      metric: putAside.metricApproximateNumberOfMessagesVisible({ period: alarmPeriod, statistic: 'Maximum' }),
      description: `Messages about ${messages} failed ${attempts} times and wait in the dead-letter queue. Look at the consumer's log.`,
      threshold: 1,
    });
  }
}
