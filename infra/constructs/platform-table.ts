import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';

/**
 * The table that the settings name, with the indexes and the key that it was made with, or else a new one. One that was restored is not
 * changed by CloudFormation, nor deleted with the stack.
 */
export function platformTable(scope: Construct, id: string, props: PlatformTableProps): dynamodb.ITable {
  const { table: tableName } = props.settings;
  // The toolkit's class fits its own interface only without exactOptionalPropertyTypes.
  if (tableName === undefined) return new PlatformTable(scope, id, props) as dynamodb.ITable;
  return dynamodb.Table.fromTableAttributes(scope, id, {
    tableName,
    globalIndexes: [...tableIndexes],
    encryptionKey: props.encryptionKey,
  });
}

export interface PlatformTableProps {
  settings: Settings;
  encryptionKey: kms.IKey;
}

/** Names of the indexes, and what the names of their key attributes begin with. */
export const tableIndexes = ['gsi1', 'gsi2'] as const;

/**
 * The one table of the control plane. Every entity shares the generic key attributes `pk` and `sk`; two indexes of the same form
 * serve the other ways in (by workspace, by key, by hash). Items with `ttl`, in Unix seconds, go away by themselves.
 */
export class PlatformTable extends dynamodb.Table {
  constructor(scope: Construct, id: string, { settings, encryptionKey }: PlatformTableProps) {
    super(scope, id, {
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey,
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: true,
        recoveryPeriodInDays: settings.pointInTimeRecoveryDays,
      },
      deletionProtection: settings.protectData,
      removalPolicy: settings.protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    for (const index of tableIndexes) {
      this.addGlobalSecondaryIndex({
        indexName: index,
        partitionKey: { name: `${index}pk`, type: dynamodb.AttributeType.STRING },
        sortKey: { name: `${index}sk`, type: dynamodb.AttributeType.STRING },
        projectionType: dynamodb.ProjectionType.ALL,
      });
    }
  }
}
