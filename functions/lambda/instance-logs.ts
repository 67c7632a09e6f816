import { readLogLine } from '../adapters/child-process/log-line.ts';
import { createRedaction } from '../adapters/child-process/secret-redaction.ts';
import { DynamoInstanceLogStore } from '../adapters/dynamodb/instance-log-store.ts';
import { DynamoInstanceTaskLedger } from '../adapters/dynamodb/instance-task-ledger.ts';
import { createQueueClient } from '../adapters/sqs/client.ts';
import { QueueSender } from '../adapters/sqs/queue-sender.ts';
import { instanceLogsEnvironmentSchema, readEnvironment } from '../composition/aws-environment.ts';
import { platformTable } from '../composition/aws-table.ts';
import { reportToLog } from '../composition/report-incident.ts';
import { createInstanceLogs } from '../events/instance-logs.ts';
import type { ControlPlaneMessage } from '../events/manager-message.ts';

const environment = readEnvironment(instanceLogsEnvironmentSchema, process.env);
const table = platformTable(environment);
const ledger = new DynamoInstanceTaskLedger(table);
const manager = new QueueSender<ControlPlaneMessage>(createQueueClient(), environment.MANAGER_QUEUE_URL);
// No secret is known here; instances have taken out their own, and keys in URLs are known by their form.
const redact = createRedaction([]);

export const handler = createInstanceLogs({
  logs: new DynamoInstanceLogStore(table),
  readLine: (line, time) => readLogLine(line, redact, time),
  tasksOf: (instanceId) => ledger.refsOf(instanceId),
  keyRefused: (instanceId) => manager.send({ kind: 'key-refused', instanceId }),
  report: reportToLog(),
});
