import { prepareBillingDatabase } from '../billing/prepare-database.ts';
import { awsBillingSignIns, billingDatabaseEnvironmentSchema } from '../composition/aws-billing-database.ts';
import { readEnvironment } from '../composition/aws-environment.ts';
import { standardOutputLogger } from '../composition/standard-output-logger.ts';

const signIns = awsBillingSignIns(readEnvironment(billingDatabaseEnvironmentSchema, process.env));
const logger = standardOutputLogger();

/** Run at deployments; one that fails fails the deployment. */
export async function handler(): Promise<void> {
  const migrations = await prepareBillingDatabase(signIns);
  logger.info('The billing database is up to date.', { migrations: migrations.join(', ') });
}
