import { DynamoAccountStore } from './account-store.ts';
import { DynamoAuditStore } from './audit-store.ts';
import { createPlatformEntities } from './entities/index.ts';
import { DynamoInstanceEventStore } from './instance-event-store.ts';
import { DynamoInstanceLogStore } from './instance-log-store.ts';
import { DynamoInstanceMetricStore } from './instance-metric-store.ts';
import { DynamoInstanceStore } from './instance-store.ts';
import { DynamoInstanceTokenStore } from './instance-token-store.ts';
import { DynamoKeyStore } from './key-store.ts';
import { DynamoQuotaUseReader } from './quota-use-reader.ts';
import { DynamoRolloutStore } from './rollout-store.ts';
import type { PlatformTable } from './table.ts';
import { DynamoUsageStore } from './usage-store.ts';

/**
 * All stores over one table that need nothing but the table, for a composition root. Routes, alert rules and answers kept for an
 * Idempotency-Key are sealed, and the inventory knows secrets, too: who needs them makes a `DynamoRouteTable`, a `DynamoAlertStore`, a
 * `DynamoIdempotencyStore` and a `DynamoResourceInventory`.
 */
export function createDynamoStores(table: PlatformTable) {
  const entities = createPlatformEntities(table);
  return {
    accounts: new DynamoAccountStore(entities),
    keys: new DynamoKeyStore(entities),
    instances: new DynamoInstanceStore(entities),
    instanceTokens: new DynamoInstanceTokenStore(entities),
    instanceEvents: new DynamoInstanceEventStore(entities),
    instanceLogs: new DynamoInstanceLogStore(table),
    instanceMetrics: new DynamoInstanceMetricStore(table),
    rollouts: new DynamoRolloutStore(table),
    audit: new DynamoAuditStore(table),
    usage: new DynamoUsageStore(table),
    quotaUse: new DynamoQuotaUseReader(entities),
  };
}
