import type { Violation } from '../../ports.ts';
import {
  countOrphans,
  mayEndOrphans,
  type OrphanCount,
  type OrphanKind,
  orphanBound,
  orphanedInstances,
  orphanedSecrets,
  secretVersionName,
} from '../orphans.ts';
import type { Snapshot } from './snapshot.ts';

/** Where there are more orphans of a kind than may be ended without an operator's word, none of them is. */
export function* checkHeld(snapshot: Snapshot): Generator<Violation, void, undefined> {
  const { confirmedOrphans } = snapshot;
  if (confirmedOrphans === undefined) return;
  for (const [subject, count] of Object.entries(orphanCounts(snapshot))) {
    if (mayEndOrphans(count, confirmedOrphans)) continue;
    const before = count.ended === 0 ? '' : `, and ${count.ended} more were ended within the hour`;
    const detail =
      `Of ${count.all}, ${count.orphans} belong to nothing${before}: more than are ended by themselves (${orphanBound}). Nothing of this kind is ` +
      'ended. See first whether the platform looks at the right table, and at one that is up to date. If these are orphans indeed, ' +
      `POST /v1/admin/orphans/confirm {"atMost": ${count.orphans}} confirms them.`;
    yield { kind: 'orphans_held', subject, instanceId: null, detail };
  }
}

function orphanCounts(snapshot: Snapshot): Record<OrphanKind, OrphanCount> {
  const { now, instances, processes, routes, accessTokens, stored, warm, endedOrphans } = snapshot;
  const found = [...processes, ...routes].map(({ instanceId }) => instanceId);
  const { ids, all } = orphanedInstances([...found, ...accessTokens], new Set(instances.map(({ id }) => id)));
  const secrets = orphanedSecrets({ now, stored });
  const known = new Set(warm?.known.map(({ id }) => id));
  const running = warm?.running ?? [];
  return {
    instances: countOrphans(ids, all, endedOrphans?.('instances')),
    'sealed keys': countOrphans(secrets.orphans.map(secretVersionName), secrets.all, endedOrphans?.('sealed keys')),
    'warm processes': countOrphans(
      running.map(({ id }) => id).filter((id) => !known.has(id)),
      running.length,
      endedOrphans?.('warm processes'),
    ),
  };
}
