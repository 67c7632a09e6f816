import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, vi } from 'vitest';
import { DynamoAttemptLimiter } from '../../../functions/adapters/dynamodb/attempt-limiter.ts';
import { DynamoLeaseStore } from '../../../functions/adapters/dynamodb/lease-store.ts';
import { DynamoOperationQueue } from '../../../functions/adapters/dynamodb/operation-queue.ts';
import { DynamoWarmPool } from '../../../functions/adapters/dynamodb/warm-pool.ts';
import { attemptLimiterContract } from '../../functions/adapters/store-contract/attempt-limiter.ts';
import { leaseStoreContract } from '../../functions/adapters/store-contract/lease-store.ts';
import { operationQueueContract } from '../../functions/adapters/store-contract/operation-queue.ts';
import { warmPoolContract } from '../../functions/adapters/store-contract/warm-pool.ts';
import { describeOnAws } from '../emulator.ts';
import { createTestTable, type TestTable } from './table.ts';

// One emulator serves all test files, one request at a time.
vi.setConfig({ testTimeout: 120_000 });

describeOnAws('what several processes agree on in the table', () => {
  const tables: TestTable[] = [];
  let shared: TestTable;
  beforeAll(async () => {
    shared = await createTestTable();
    tables.push(shared);
  });
  afterAll(() => Promise.all(tables.map(({ drop }) => drop())));

  /** For contracts that look at all there is. */
  const ownTable = async () => {
    const test = await createTestTable();
    tables.push(test);
    return test.table;
  };
  const clock = { now: () => new Date() };

  attemptLimiterContract(async (ownClock, options) => {
    return new DynamoAttemptLimiter(shared.table, { ...options, name: randomUUID(), clock: ownClock });
  });
  leaseStoreContract(async (ownClock) => new DynamoLeaseStore(await ownTable(), ownClock));
  operationQueueContract(async (merge) => new DynamoOperationQueue(shared.table, { merge, clock }), { runs: 10 });
  warmPoolContract(async () => new DynamoWarmPool(await ownTable()));
});
