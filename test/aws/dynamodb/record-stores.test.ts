import { vi } from 'vitest';
import { auditStoreContract } from '../../functions/adapters/store-contract/audit-store.ts';
import { idempotencyStoreContract } from '../../functions/adapters/store-contract/idempotency-store.ts';
import { instanceLogStoreContract } from '../../functions/adapters/store-contract/instance-log-store.ts';
import { instanceMetricStoreContract } from '../../functions/adapters/store-contract/instance-metric-store.ts';
import { rolloutStoreContract } from '../../functions/adapters/store-contract/rollout-store.ts';
import { usageStoreContract } from '../../functions/adapters/store-contract/usage-store.ts';
import { describeOnAws } from '../emulator.ts';
import { openDynamoStores } from './open-stores.ts';

// One emulator serves all test files, one request at a time.
vi.setConfig({ testTimeout: 120_000 });

describeOnAws('records in DynamoDB', () => {
  instanceLogStoreContract(openDynamoStores);
  instanceMetricStoreContract(openDynamoStores);
  usageStoreContract(openDynamoStores);
  auditStoreContract(openDynamoStores);
  idempotencyStoreContract(openDynamoStores);
  rolloutStoreContract(openDynamoStores);
});
