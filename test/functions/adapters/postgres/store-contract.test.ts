import { randomBytes } from 'node:crypto';
import { createSealer } from '../../../../core/sealer.ts';
import { MemoryRouteTable } from '../../../../functions/adapters/memory/route-table.ts';
import { createPostgresStores } from '../../../../functions/adapters/postgres/stores.ts';
import { createTestDatabase } from '../../../postgres/database.ts';
import { selfContainedStoreContract } from '../store-contract/index.ts';

selfContainedStoreContract(async () => {
  const { database, drop } = await createTestDatabase();
  const sealer = createSealer({ bytes: randomBytes(32), id: randomBytes(8) });
  return { ...createPostgresStores(database, sealer), routes: new MemoryRouteTable(), close: drop };
});
