import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { CustomerManagedKey } from '../constructs/customer-managed-key.ts';
import { MonthlyBudget } from '../constructs/monthly-budget.ts';

export interface ObservabilityStackProps extends StackProps {
  settings: Settings;
}

/** Where alarms go, and what of money. The other stacks declare their own alarms, beside what they watch. */
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
    // Source: https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
    const budgets = new iam.ServicePrincipal('budgets.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': this.account },
        ArnLike: { 'aws:SourceArn': this.formatArn({ service: 'budgets', region: '', resource: '*' }) },
      },
    });
    const publishers = [cloudWatch, budgets];
    for (const publisher of publishers) encryptionKey.grant(publisher, 'kms:Decrypt', 'kms:GenerateDataKey*');

    this.alarmTopic = new sns.Topic(this, 'Alarms', {
      displayName: `Smartlead MCP ${settings.stage}`,
      masterKey: encryptionKey,
      enforceSSL: true,
    });
    for (const publisher of publishers) this.alarmTopic.grantPublish(publisher);
    if (settings.alarmEmail !== undefined) {
      this.alarmTopic.addSubscription(new subscriptions.EmailSubscription(settings.alarmEmail));
    }
    new MonthlyBudget(this, 'Money', { settings, topic: this.alarmTopic });
    new CfnOutput(this, 'AlarmTopicArn', { value: this.alarmTopic.topicArn });
  }
}
