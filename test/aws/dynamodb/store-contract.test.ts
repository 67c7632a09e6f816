import { randomBytes } from 'node:crypto';
import { createSealer } from '../../../core/sealer.ts';
import { DynamoAlertStore } from '../../../functions/adapters/dynamodb/alert-store.ts';
import { DynamoIdempotencyStore } from '../../../functions/adapters/dynamodb/idempotency-store.ts';
import { DynamoRouteTable } from '../../../functions/adapters/dynamodb/route-table.ts';
import { createDynamoStores } from '../../../functions/adapters/dynamodb/stores.ts';
import { storeContract } from '../../functions/adapters/store-contract/index.ts';
import { describeOnAws } from '../emulator.ts';
import { createTestTable } from './table.ts';

describeOnAws('stores in DynamoDB', () => {
  storeContract(async () => {
    const { table, drop } = await createTestTable();
    const sealer = createSealer({ bytes: randomBytes(32), id: randomBytes(8) });
    return {
      ...createDynamoStores(table),
      alerts: new DynamoAlertStore(table, sealer),
      idempotency: new DynamoIdempotencyStore(table, sealer),
      routes: new DynamoRouteTable(table, sealer),
      close: drop,
    };
  });
});
