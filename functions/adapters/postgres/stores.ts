import type { Sealer } from '../../../core/sealer.ts';
import { PostgresAccountStore } from './account-store.ts';
import { PostgresAlertStore } from './alert-store.ts';
import { PostgresAuditStore } from './audit-store.ts';
import type { Database } from './database.ts';
import { PostgresIdempotencyStore } from './idempotency-store.ts';
import { PostgresInstanceEventStore } from './instance-event-store.ts';
import { PostgresInstanceLogStore } from './instance-log-store.ts';
import { PostgresInstanceMetricStore } from './instance-metric-store.ts';
import { PostgresInstanceStore } from './instance-store.ts';
import { PostgresInstanceTokenStore } from './instance-token-store.ts';
import { PostgresKeyStore } from './key-store.ts';
import { PostgresQuotaUseReader } from './quota-use-reader.ts';
import { PostgresRefreshSessionStore } from './refresh-session-store.ts';
import { PostgresResourceInventory } from './resource-inventory.ts';
import { PostgresRolloutStore } from './rollout-store.ts';
import { PostgresSealedSecretStore } from './sealed-secret-store.ts';
import { PostgresUsageStore } from './usage-store.ts';

/** All stores over one database, for a composition root. */
export function createPostgresStores(database: Database, sealer: Sealer) {
  return {
    accounts: new PostgresAccountStore(database),
    refreshSessions: new PostgresRefreshSessionStore(database),
    keys: new PostgresKeyStore(database),
    secrets: new PostgresSealedSecretStore(database, sealer),
    instances: new PostgresInstanceStore(database),
    instanceTokens: new PostgresInstanceTokenStore(database),
    inventory: new PostgresResourceInventory(database),
    instanceEvents: new PostgresInstanceEventStore(database),
    instanceLogs: new PostgresInstanceLogStore(database),
    instanceMetrics: new PostgresInstanceMetricStore(database),
    alerts: new PostgresAlertStore(database, sealer),
    quotaUse: new PostgresQuotaUseReader(database),
    audit: new PostgresAuditStore(database),
    usage: new PostgresUsageStore(database),
    rollouts: new PostgresRolloutStore(database),
    idempotency: new PostgresIdempotencyStore(database, sealer),
  };
}
