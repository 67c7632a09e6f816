import { afterAll, beforeAll } from 'vitest';
import type {
  AccountStore,
  AlertStore,
  AuditStore,
  IdempotencyStore,
  InstanceEventStore,
  InstanceLogStore,
  InstanceMetricStore,
  InstanceStore,
  InstanceTokenStore,
  KeyStore,
  Page,
  PageRequest,
  QuotaUseReader,
  RefreshSessionStore,
  RolloutStore,
  RouteTable,
  SecretStore,
  UsageStore,
} from '../../../../functions/ports.ts';

/** All stores of one implementation over one state, empty when they are opened. */
export interface Stores {
  accounts: AccountStore;
  keys: KeyStore;
  instances: InstanceStore;
  instanceTokens: InstanceTokenStore;
  instanceEvents: InstanceEventStore;
  instanceLogs: InstanceLogStore;
  instanceMetrics: InstanceMetricStore;
  alerts: AlertStore;
  quotaUse: QuotaUseReader;
  routes: RouteTable;
  rollouts: RolloutStore;
  audit: AuditStore;
  usage: UsageStore;
  idempotency: IdempotencyStore;
  close(): Promise<void>;
}

/** Stores of an installation that signs people in and keeps secrets itself, which on AWS Cognito and Secrets Manager do. */
export interface SelfContainedStores extends Stores {
  refreshSessions: RefreshSessionStore;
  secrets: SecretStore;
}

export type OpenStores<Opened extends Pick<Stores, 'close'> = Stores> = () => Promise<Opened>;

/** Opens stores for the tests of the enclosing `describe` and closes them afterwards. */
export function useStores<Opened extends Pick<Stores, 'close'>>(open: OpenStores<Opened>): () => Opened {
  let stores: Opened;
  beforeAll(async () => {
    stores = await open();
  });
  afterAll(() => stores?.close());
  return () => stores;
}

/** Follows the cursors to the end and answers all items. */
export async function readAllPages<Item>(readPage: (page: PageRequest) => Promise<Page<Item>>, limit = 100): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await readPage({ limit, cursor });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}
