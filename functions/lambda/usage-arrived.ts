import { DynamoUsageStore } from '../adapters/dynamodb/usage-store.ts';
import { readEnvironment, tableEnvironmentSchema } from '../composition/aws-environment.ts';
import { platformTable } from '../composition/aws-table.ts';
import { reportToLog } from '../composition/report-incident.ts';
import { createUsageArrived } from '../events/usage-arrived.ts';

const environment = readEnvironment(tableEnvironmentSchema, process.env);

export const handler = createUsageArrived({ usage: new DynamoUsageStore(platformTable(environment)), report: reportToLog() });
