import type { Violation } from '../../ports.ts';
import { processesOf } from '../scaling.ts';
import { isPassing, type ObservedInstance, operationMilliseconds, type Snapshot } from './snapshot.ts';

/** Every instance that should run does, with all its processes, and can be reached; and none is on its way for ever. */
export function* checkInstances(snapshot: Snapshot): Generator<Violation, void, undefined> {
  const running = replicasByInstance(snapshot);
  const routes = new Map(snapshot.routes.map((route) => [route.instanceId, route]));
  for (const instance of snapshot.instances) {
    if (isPassing(instance)) {
      if (snapshot.now - Date.parse(instance.updatedAt) > operationMilliseconds) yield overdue(instance);
      continue;
    }
    if (instance.status !== 'running' || snapshot.isLookedAfter(instance.id)) continue;
    const about = { subject: instance.id, instanceId: instance.id };
    const replicas = running.get(instance.id) ?? new Set<number>();
    if (!replicas.has(0)) {
      yield { kind: 'instance_not_running', ...about, detail: 'The instance should run, but it has no process.' };
      continue;
    }
    const route = routes.get(instance.id);
    if (!route || route.address !== instance.runtime?.address) {
      yield { kind: 'instance_without_route', ...about, detail: 'The instance runs, but the router knows no way to it.' };
    }
    for (let replica = 1; replica < processesOf(instance); replica += 1) {
      if (replicas.has(replica)) continue;
      const detail = `Replica ${replica} of the instance should run, but it has no process.`;
      yield { kind: 'replica_missing', subject: `${instance.id}/${replica}`, instanceId: instance.id, detail };
    }
  }
}

function overdue({ id, status, desiredState, updatedAt }: ObservedInstance): Violation {
  const what = desiredState === 'deleted' ? 'to be deleted' : status;
  const detail = `The instance is ${what} since ${updatedAt}, longer than any operation takes.`;
  return { kind: 'operation_overdue', subject: id, instanceId: id, detail };
}

function replicasByInstance({ processes }: Snapshot): Map<string, Set<number>> {
  const replicas = new Map<string, Set<number>>();
  for (const { instanceId, replica = 0 } of processes) {
    replicas.set(instanceId, (replicas.get(instanceId) ?? new Set<number>()).add(replica));
  }
  return replicas;
}
