import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { BillingDatabase } from '../constructs/billing-database.ts';
import { CustomerManagedKey } from '../constructs/customer-managed-key.ts';
import { DataAlarms } from '../constructs/data-alarms.ts';
import { PlatformTable } from '../constructs/platform-table.ts';

export interface DataStackProps extends StackProps {
  settings: Settings;
  vpc: ec2.IVpc;
  alarmTopic: ITopic;
}

/** What the platform remembers: the DynamoDB table of the control plane and the PostgreSQL database of billing. */
export class DataStack extends Stack {
  /** Encrypts the table, the database and their backups. */
  readonly encryptionKey: CustomerManagedKey;
  readonly table: PlatformTable;
  readonly database: BillingDatabase;

  constructor(scope: Construct, id: string, { settings, vpc, alarmTopic, ...props }: DataStackProps) {
    super(scope, id, props);
    this.encryptionKey = new CustomerManagedKey(this, 'EncryptionKey', {
      settings,
      name: 'data',
      description: 'Encrypts the platform table, the billing database and their backups',
    });
    this.table = new PlatformTable(this, 'Table', { settings, encryptionKey: this.encryptionKey });
    this.database = new BillingDatabase(this, 'Database', { settings, vpc, encryptionKey: this.encryptionKey });

    new DataAlarms(this, 'Alarms', { table: this.table, database: this.database.instance, topic: alarmTopic });
    new CfnOutput(this, 'TableName', { value: this.table.tableName });
    new CfnOutput(this, 'DatabaseEndpoint', { value: this.database.instance.dbInstanceEndpointAddress });
  }
}
