import { describe, expect, it } from 'vitest';
import { desiredStates, type InstanceStatus, instanceStatuses } from '../../../core/instance-status.ts';
import { decideAfterSettingsChange, decideDeletion, decideOperation } from '../../../functions/domain/instance-operations.ts';
import { canMove } from '../../../functions/instance-manager/lifecycle-states.ts';
import { lifecycleTasks } from '../../../functions/instance-manager/tasks/index.ts';
import type { Instance, LifecycleOperation } from '../../../functions/ports.ts';
import { atRest, Installation, running } from './installation.ts';

const operations = ['start', 'restart', 'stop', 'delete', 'sleep'] as const satisfies LifecycleOperation[];
/** What is left of the instance when the operation begins. */
const remains = ['nothing', 'process and route', 'process without a route', 'record of a process that is gone'] as const;
type Remains = (typeof remains)[number];

interface Situation {
  operation: LifecycleOperation;
  status: InstanceStatus;
  desiredState: Instance['desiredState'];
  recovery: boolean;
  left: Remains;
}

const situations: Situation[] = operations.flatMap((operation) =>
  instanceStatuses.flatMap((status) =>
    desiredStates.flatMap((desiredState) =>
      [false, true].flatMap((recovery) => remains.map((left) => ({ operation, status, desiredState, recovery, left }))),
    ),
  ),
);

/** Notes every status that a row is given, and what it was given after. */
function recordMoves(installation: Installation): [InstanceStatus, InstanceStatus][] {
  const moves: [InstanceStatus, InstanceStatus][] = [];
  const { instances } = installation.disk;
  const update = instances.update.bind(instances);
  instances.update = async (instanceId, change, expectedVersion) => {
    const before = await instances.findById(instanceId);
    const after = await update(instanceId, change, expectedVersion);
    if (before && after) moves.push([before.status, after.status]);
    return after;
  };
  return moves;
}

async function inSituation({ status, desiredState, left }: Situation) {
  const installation = new Installation();
  const id = await installation.addInstance();
  if (left !== 'nothing') await installation.runner.run(id, 'start');
  if (left === 'process without a route') await installation.routes.remove(id);
  if (left === 'record of a process that is gone') {
    installation.launcher.kill(id, { silently: true });
    await installation.routes.remove(id);
  }
  await installation.change(id, { status, desiredState });
  return { installation, id, before: await installation.observe(id) };
}

/** What shall be the case after an operation that ended well. */
function expected({ operation, status, desiredState, left }: Situation, before: Awaited<ReturnType<Installation['observe']>>) {
  if (desiredState === 'deleted') return atRest(undefined);
  // Suspension is lifted by nobody but an operator; a stop still ends what runs.
  if (desiredState === 'stopped') return atRest(status === 'suspended' ? 'suspended' : 'stopped');
  if (status === 'suspended') return before;
  if (operation !== 'sleep') return running;
  // Only what runs is put to sleep; a sleep that was interrupted is finished.
  if (status === 'running' || status === 'sleeping') return atRest('sleeping');
  return left === 'nothing' ? atRest(status) : before;
}

describe.each(operations)('a %s', (operation) => {
  it.each(instanceStatuses)('of an instance that is %s makes allowed moves only and serves what is wanted', async (status) => {
    const walked = situations.filter((situation) => situation.operation === operation && situation.status === status);
    expect(walked).toHaveLength(desiredStates.length * 2 * remains.length);
    for (const situation of walked) {
      const { installation, id, before } = await inSituation(situation);
      const moves = recordMoves(installation);
      await installation.runner.run(id, operation, { recovery: situation.recovery });
      expect({ situation, notAllowed: moves.filter(([from, to]) => !canMove(from, to)) }).toEqual({ situation, notAllowed: [] });
      expect({ situation, ...(await installation.observe(id)) }).toEqual({ situation, ...expected(situation, before) });
      expect(installation.launcher.doubles).toEqual([]);
      expect(installation.incidents).toEqual([]);
    }
  });
});

describe('a single task', () => {
  const names = Object.keys(lifecycleTasks) as (keyof typeof lifecycleTasks)[];

  it.each(names)('%s, run alone and late in any situation, makes allowed moves only', async (name) => {
    for (const situation of situations.filter(({ left }) => left !== 'process without a route')) {
      const { installation, id } = await inSituation(situation);
      const moves = recordMoves(installation);
      const runtime = (await installation.instance(id))?.runtime;
      const secret = { name: 'smartlead-key/x', version: 1 };
      const state = {
        ...{ instanceId: id, operation: situation.operation, operationId: 'op_1', recovery: situation.recovery, secret },
        plan: { action: situation.operation === 'start' || situation.operation === 'restart' ? 'launch' : situation.operation },
        ...(runtime ? { launch: { runtime, accessToken: { name: `instance-access-token/${id}`, version: 1 }, secret } } : {}),
        failure: { Error: 'LaunchFailed', Cause: 'It ended.' },
      } as const;
      // Overtaken or without what it needs, it refuses; what it may not do is move the status where it may not go.
      await lifecycleTasks[name](installation.ports)(state).catch(() => undefined);
      expect({ situation, notAllowed: moves.filter(([from, to]) => !canMove(from, to)) }).toEqual({ situation, notAllowed: [] });
    }
  });
});

describe('a wish of a customer', () => {
  it.each(instanceStatuses)('makes allowed moves only for an instance that is %s', async (status) => {
    const installation = new Installation();
    const id = await installation.addInstance();
    const base = (await installation.instance(id)) as Instance;
    for (const desiredState of ['running', 'stopped'] as const) {
      const instance = { ...base, status, desiredState };
      const wishes = status === 'suspended' ? (['stop'] as const) : (['start', 'stop', 'restart'] as const);
      const decisions = [
        ...wishes.map((wish) => decideOperation(instance, wish)),
        decideDeletion(),
        decideAfterSettingsChange(instance),
      ];
      for (const decision of decisions) {
        if (decision?.change.status)
          expect([status, decision.change.status, canMove(status, decision.change.status)]).toContain(true);
      }
    }
  });
});
