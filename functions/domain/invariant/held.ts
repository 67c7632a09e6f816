import type { Violation } from '../../ports.ts';
import { mayEndOrphans, type OrphanCount, orphanBound, orphanedInstances, orphanedSecrets } from '../orphans.ts';
import type { Snapshot } from './snapshot.ts';

/** Where there are more orphans of a kind than may be ended without an operator's word, none of them is. */
export function* checkHeld(snapshot: Snapshot): Generator<Violation, void, undefined> {
  const { confirmedOrphans } = snapshot;
  if (confirmedOrphans === undefined) return;
  for (const [subject, count] of Object.entries(orphanCounts(snapshot))) {
    if (mayEndOrphans(count, confirmedOrphans)) continue;
    const detail =
      `Of ${count.all}, ${count.orphans} belong to nothing: more than are ended by themselves (${orphanBound}). Nothing of this kind is ` +
      'ended. See first whether the platform looks at the right table, and at one that is up to date. If these are orphans indeed, ' +
      `POST /v1/admin/orphans/confirm {"atMost": ${count.orphans}} confirms them.`;
    yield { kind: 'orphans_held', subject, instanceId: null, detail };
  }
}

function orphanCounts({ now, instances, processes, routes, accessTokens, stored, warm }: Snapshot): Record<string, OrphanCount> {
  const found = [...processes, ...routes].map(({ instanceId }) => instanceId);
  const { ids, all } = orphanedInstances([...found, ...accessTokens], new Set(instances.map(({ id }) => id)));
  const secrets = orphanedSecrets({ now, stored });
  const known = new Set(warm?.known.map(({ id }) => id));
  const running = warm?.running ?? [];
  return {
    instances: { orphans: ids.length, all },
    'sealed keys': { orphans: secrets.orphans.length, all: secrets.all },
    'warm processes': { orphans: running.filter(({ id }) => !known.has(id)).length, all: running.length },
  };
}
