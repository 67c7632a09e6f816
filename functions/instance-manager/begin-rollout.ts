import { createIdentifier } from '../../core/identifiers.ts';
import { ProblemError } from '../../core/problem.ts';
import type { Clock, InstanceStore, InstanceVersions, Rollout, RolloutStore } from '../ports.ts';
import { everyInstance } from './every-instance.ts';

export interface BeginRolloutPorts {
  clock: Clock;
  instances: InstanceStore;
  rollouts: Pick<RolloutStore, 'create'>;
  versions: Pick<InstanceVersions, 'installRelease' | 'list' | 'current'>;
}

/** How long a rollout watches where nothing else is said. */
export const defaultObserveSeconds = 30;

/**
 * Checks what an operator asks for and stores the rollout as begun; whoever carries it out finds it there. Rejects as
 * {@link RolloutControl.begin}; where one is under way, the store itself does.
 */
export async function beginRollout(
  { clock, instances, rollouts, versions }: BeginRolloutPorts,
  version: string | undefined,
  observeSeconds: number,
): Promise<Rollout> {
  const chosen = version ?? (await versions.installRelease());
  const current = await versions.current();
  if (chosen === undefined || current === undefined) {
    throw new ProblemError('conflict', {
      detail: 'This release brings no program for instances. Build it, or name one of GET /v1/admin/versions.',
    });
  }
  if (!(await versions.list()).some((installed) => installed.version === chosen)) {
    throw new ProblemError('not-found', {
      detail: 'This version is not installed. GET /v1/admin/versions lists those that are.',
    });
  }
  const total = await countOthers(instances, chosen);
  if (total === 0 && chosen === current) {
    throw new ProblemError('conflict', { detail: 'All instances run this version already.' });
  }
  const now = clock.now();
  const rollout: Rollout = {
    id: createIdentifier('rollout', now.getTime()),
    version: chosen,
    previousVersion: current,
    status: 'canary',
    observeSeconds,
    upgraded: [],
    total,
    failedInstanceId: null,
    reason: null,
    startedAt: now.toISOString(),
    endedAt: null,
  };
  await rollouts.create(rollout);
  return rollout;
}

async function countOthers(instances: InstanceStore, version: string): Promise<number> {
  let count = 0;
  for await (const { desiredState, status, runtime } of everyInstance(instances)) {
    if (desiredState === 'running' && status === 'running' && runtime?.version !== version) count += 1;
  }
  return count;
}
