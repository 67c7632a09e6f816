import { identityOf } from '../adapters/cognito/identity-reader.ts';
import { createDynamoStores } from '../adapters/dynamodb/stores.ts';
import { readEnvironment, tableEnvironmentSchema } from '../composition/aws-environment.ts';
import { platformTable } from '../composition/aws-table.ts';
import { reportToLog } from '../composition/report-incident.ts';
import { createPostConfirmation } from '../events/post-confirmation.ts';

const { accounts, audit } = createDynamoStores(platformTable(readEnvironment(tableEnvironmentSchema, process.env)));

export const handler = createPostConfirmation({
  accounts,
  audit,
  clock: { now: () => new Date() },
  report: reportToLog(),
  identityOf,
});
