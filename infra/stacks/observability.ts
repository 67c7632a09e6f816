import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { CustomerManagedKey } from '../constructs/customer-managed-key.ts';

export interface ObservabilityStackProps extends StackProps {
  settings: Settings;
}

/** Where alarms go. The other stacks declare their own alarms, beside what they watch. */
export class ObservabilityStack extends Stack {
  readonly alarmTopic: sns.Topic;

  constructor(scope: Construct, id: string, { settings, ...props }: ObservabilityStackProps) {
    super(scope, id, props);
    // CloudWatch may not use the key that SNS brings along, so an encrypted topic that receives alarms needs its own.
    const encryptionKey = new CustomerManagedKey(this, 'EncryptionKey', {
      settings,
      name: 'alarms',
      description: 'Encrypts alarms on their way to subscribers',
    });
    const cloudWatch = new iam.ServicePrincipal('cloudwatch.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
    });
    encryptionKey.grant(cloudWatch, 'kms:Decrypt', 'kms:GenerateDataKey*');

    this.alarmTopic = new sns.Topic(this, 'Alarms', {
      displayName: `Smartlead MCP ${settings.stage}`,
      masterKey: encryptionKey,
      enforceSSL: true,
    });
    this.alarmTopic.grantPublish(cloudWatch);
    if (settings.alarmEmail !== undefined) {
      this.alarmTopic.addSubscription(new subscriptions.EmailSubscription(settings.alarmEmail));
    }
    new CfnOutput(this, 'AlarmTopicArn', { value: this.alarmTopic.topicArn });
  }
}
