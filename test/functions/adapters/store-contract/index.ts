import { accountStoreContract } from './account-store.ts';
import { alertStoreContract } from './alert-store.ts';
import { auditStoreContract } from './audit-store.ts';
import { idempotencyStoreContract } from './idempotency-store.ts';
import { instanceEventStoreContract } from './instance-event-store.ts';
import { instanceLogStoreContract } from './instance-log-store.ts';
import { instanceMetricStoreContract } from './instance-metric-store.ts';
import { instanceStoreContract } from './instance-store.ts';
import { instanceTokenStoreContract } from './instance-token-store.ts';
import { keyStoreContract } from './key-store.ts';
import { refreshSessionStoreContract } from './refresh-session-store.ts';
import { rolloutStoreContract } from './rollout-store.ts';
import { routeTableContract } from './route-table.ts';
import { secretStoreContract } from './secret-store.ts';
import type { OpenStores, SelfContainedStores } from './stores.ts';
import { usageStoreContract } from './usage-store.ts';

export type { OpenStores, Stores } from './stores.ts';

/** What every implementation of the stores has to do, whatever it is made of. Call it in a test file with a way to open empty stores. */
export function storeContract(open: OpenStores): void {
  accountStoreContract(open);
  keyStoreContract(open);
  instanceStoreContract(open);
  instanceTokenStoreContract(open);
  instanceEventStoreContract(open);
  instanceLogStoreContract(open);
  instanceMetricStoreContract(open);
  alertStoreContract(open);
  routeTableContract(open);
  rolloutStoreContract(open);
  auditStoreContract(open);
  usageStoreContract(open);
  idempotencyStoreContract(open);
}

/** The same for an installation that signs people in and keeps secrets itself. */
export function selfContainedStoreContract(open: OpenStores<SelfContainedStores>): void {
  storeContract(open);
  refreshSessionStoreContract(open);
  secretStoreContract(open);
}
