import { Duration } from 'aws-cdk-lib';
import { type ITable, Operation } from 'aws-cdk-lib/aws-dynamodb';
import type * as rds from 'aws-cdk-lib/aws-rds';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { alarmPeriod, ServiceAlarm } from './service-alarm.ts';

export interface DataAlarmsProps {
  table: ITable;
  database: rds.DatabaseInstance | rds.DatabaseInstanceFromSnapshot;
  topic: ITopic;
}

/** All that we ask of the table. */
export const tableOperations = [
  Operation.GET_ITEM,
  Operation.BATCH_GET_ITEM,
  Operation.QUERY,
  Operation.PUT_ITEM,
  Operation.UPDATE_ITEM,
  Operation.DELETE_ITEM,
  Operation.BATCH_WRITE_ITEM,
  Operation.TRANSACT_WRITE_ITEMS,
];

const gibibyte = 2 ** 30;

/** Whether the table and the database take what they are given. */
export class DataAlarms extends Construct {
  constructor(scope: Construct, id: string, { table, database, topic }: DataAlarmsProps) {
    super(scope, id);
    const period = { period: alarmPeriod };
    new ServiceAlarm(this, 'TableThrottled', {
      topic,
      metric: table.metricThrottledRequestsForOperations({ operations: tableOperations, ...period }),
      description:
        'DynamoDB refuses requests: the account reached a quota, or one key is asked too often. ' +
        'Look at the throttle events of the table and of its indexes.',
      threshold: 10,
    });
    new ServiceAlarm(this, 'TableErrors', {
      topic,
      metric: table.metricSystemErrorsForOperations({ operations: tableOperations, ...period }),
      description: 'DynamoDB fails by itself. Look at the AWS Health Dashboard; every request is repeated meanwhile.',
      threshold: 10,
    });
    new ServiceAlarm(this, 'DatabaseStorageLow', {
      topic,
      metric: database.metricFreeStorageSpace({ ...period, statistic: 'Minimum' }),
      description:
        'The billing database runs out of space although it grows by itself. Look at databaseStorageLimitGibibytes, where that ends.',
      threshold: 2 * gibibyte,
      below: true,
    });
    new ServiceAlarm(this, 'DatabaseBusy', {
      topic,
      metric: database.metricCPUUtilization({ ...period, statistic: 'Average' }),
      description: 'The billing database has been busy for a quarter of an hour. Look at Performance Insights for the statement.',
      threshold: 80,
      periods: 3,
    });
    new ServiceAlarm(this, 'DatabaseMemoryLow', {
      topic,
      metric: database.metricFreeableMemory({ period: Duration.minutes(5), statistic: 'Average' }),
      description: 'The billing database is short of memory. Look at the number of connections, then take a larger class.',
      threshold: gibibyte / 16,
      below: true,
      periods: 3,
    });
  }
}
