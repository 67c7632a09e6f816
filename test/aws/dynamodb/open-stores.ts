import { randomBytes } from 'node:crypto';
import { createSealer } from '../../../core/sealer.ts';
import { DynamoAlertStore } from '../../../functions/adapters/dynamodb/alert-store.ts';
import { DynamoIdempotencyStore } from '../../../functions/adapters/dynamodb/idempotency-store.ts';
import { DynamoRouteTable } from '../../../functions/adapters/dynamodb/route-table.ts';
import { createDynamoStores } from '../../../functions/adapters/dynamodb/stores.ts';
import type { Stores } from '../../functions/adapters/store-contract/index.ts';
import { createTestTable } from './table.ts';

/** All stores over an empty table of their own in the emulator. */
export async function openDynamoStores(): Promise<Stores> {
  const { table, drop } = await createTestTable();
  const sealer = createSealer({ bytes: randomBytes(32), id: randomBytes(8) });
  return {
    ...createDynamoStores(table),
    routes: new DynamoRouteTable(table, sealer),
    alerts: new DynamoAlertStore(table, sealer),
    idempotency: new DynamoIdempotencyStore(table, sealer),
    close: drop,
  };
}
