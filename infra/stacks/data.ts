import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { BillingDatabase } from '../constructs/billing-database.ts';
import { customerManagedKey } from '../constructs/customer-managed-key.ts';
import { DataAlarms } from '../constructs/data-alarms.ts';
import { platformTable } from '../constructs/platform-table.ts';

export interface DataStackProps extends StackProps {
  settings: Settings;
  vpc: ec2.IVpc;
  alarmTopic: ITopic;
}

/** What the platform remembers: the DynamoDB table of the control plane and the PostgreSQL database of billing. */
export class DataStack extends Stack {
  /** Encrypts the table, the database and their backups. */
  readonly encryptionKey: kms.IKey;
  readonly table: dynamodb.ITable;
  readonly database: BillingDatabase;

  constructor(scope: Construct, id: string, { settings, vpc, alarmTopic, ...props }: DataStackProps) {
    super(scope, id, props);
    this.encryptionKey = customerManagedKey(this, 'EncryptionKey', settings.dataKey, {
      settings,
      name: 'data',
      description: 'Encrypts the platform table, the billing database and their backups',
    });
    this.table = platformTable(this, 'Table', { settings, encryptionKey: this.encryptionKey });
    this.database = new BillingDatabase(this, 'Database', { settings, vpc, encryptionKey: this.encryptionKey });

    new DataAlarms(this, 'Alarms', { table: this.table, database: this.database.instance, topic: alarmTopic });
    new CfnOutput(this, 'DataKeyArn', { value: this.encryptionKey.keyArn });
    new CfnOutput(this, 'TableName', { value: this.table.tableName });
    new CfnOutput(this, 'DatabaseEndpoint', { value: this.database.instance.dbInstanceEndpointAddress });
  }
}
