import type { Migration } from 'kysely/migration';
import * as accounts from './0001-accounts.ts';
import * as secretsAndSettings from './0002-secrets-and-settings.ts';
import * as keysAndInstances from './0003-keys-and-instances.ts';
import * as records from './0004-records.ts';
import * as refreshGraceAndRetention from './0005-refresh-grace-and-retention.ts';
import * as policySwitchesAndToolLists from './0006-policy-switches-and-tool-lists.ts';
import * as sleepAndReplicas from './0007-sleep-and-replicas.ts';
import * as usageTraffic from './0008-usage-traffic.ts';
import * as rollouts from './0009-rollouts.ts';
import * as logsAndMetrics from './0010-logs-and-metrics.ts';
import * as alerts from './0011-alerts.ts';

/**
 * All migrations in their order. A list in code, not a folder that is read at run time, so that a bundle holds them. A migration
 * that was released is never changed; there is no way down, as a restored backup is the honest undo.
 */
export const migrations: Record<string, Migration> = {
  '0001-accounts': accounts,
  '0002-secrets-and-settings': secretsAndSettings,
  '0003-keys-and-instances': keysAndInstances,
  '0004-records': records,
  '0005-refresh-grace-and-retention': refreshGraceAndRetention,
  '0006-policy-switches-and-tool-lists': policySwitchesAndToolLists,
  '0007-sleep-and-replicas': sleepAndReplicas,
  '0008-usage-traffic': usageTraffic,
  '0009-rollouts': rollouts,
  '0010-logs-and-metrics': logsAndMetrics,
  '0011-alerts': alerts,
};
