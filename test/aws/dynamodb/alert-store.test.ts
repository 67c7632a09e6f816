import { vi } from 'vitest';
import { alertStoreContract } from '../../functions/adapters/store-contract/alert-store.ts';
import { describeOnAws } from '../emulator.ts';
import { openDynamoStores } from './open-stores.ts';

// One emulator serves all test files, one request at a time.
vi.setConfig({ testTimeout: 120_000 });

describeOnAws('alerts in DynamoDB', () => {
  alertStoreContract(openDynamoStores);
});
