import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { keyStatement } from './access-policy.ts';
import type { BillingDatabase } from './billing-database.ts';

/** Owner of the schema; signs in by IAM alone. `functions/billing/prepare-database.ts` makes it. */
export const migrator = 'migrator';

/**
 * What migrations may do: sign in as the owner of the schema and, for the very first time, read the password of the master user, who
 * makes that owner.
 */
export function databaseStatements(scope: Construct, database: BillingDatabase): PolicyStatement[] {
  const { masterSecretArn, encryptionKey } = database;
  return [
    new PolicyStatement({
      sid: 'SignIn',
      actions: ['rds-db:connect'],
      resources: [
        Stack.of(scope).formatArn({
          service: 'rds-db',
          resource: 'dbuser',
          resourceName: `${database.resourceId}/${migrator}`,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
    }),
    new PolicyStatement({ sid: 'MasterUser', actions: ['secretsmanager:GetSecretValue'], resources: [masterSecretArn] }),
    keyStatement(scope, 'MasterUserKey', encryptionKey, 'secretsmanager', ['kms:Decrypt']),
  ];
}
