import type { Violation } from '../../ports.ts';
import { instancesById, mayNotRun, type ObservedRoute, type Snapshot } from './snapshot.ts';

/** Every route leads to processes of one live instance that wants to be reached, and no two routes lead to the same. */
export function* checkRoutes(snapshot: Snapshot): Generator<Violation, void, undefined> {
  const instances = instancesById(snapshot.instances);
  const addresses = addressesByInstance(snapshot);
  const owners = new Map<string, string>();
  for (const route of snapshot.routes) {
    const { instanceId } = route;
    const instance = instances.get(instanceId);
    for (const address of addressesOf(route)) {
      const owner = owners.get(address) ?? instanceId;
      owners.set(address, owner);
      if (owner !== instanceId) {
        yield { kind: 'route_shared', subject: address, instanceId, detail: `The route of instance ${owner} leads there, too.` };
      }
    }
    if (snapshot.isLookedAfter(instanceId)) continue;
    if (!instance || instance.workspaceId !== route.workspaceId) {
      const detail = 'The router knows a way to an instance that does not exist in this workspace.';
      yield { kind: 'route_without_instance', subject: route.address, instanceId, detail };
    } else if (mayNotRun(instance)) {
      const detail = `The router knows a way to the instance, but it is ${instance.status}.`;
      yield { kind: 'route_not_wanted', subject: route.address, instanceId, detail };
    }
    for (const address of addressesOf(route)) {
      if (addresses.get(instanceId)?.has(address)) continue;
      const detail = 'The router knows a way to a process of the instance that does not run.';
      yield { kind: 'route_without_process', subject: address, instanceId, detail };
    }
  }
}

function addressesOf({ address, replicas }: ObservedRoute): string[] {
  return [address, ...replicas];
}

function addressesByInstance({ processes }: Snapshot): Map<string, Set<string>> {
  const addresses = new Map<string, Set<string>>();
  for (const { instanceId, runtime } of processes) {
    addresses.set(instanceId, (addresses.get(instanceId) ?? new Set<string>()).add(runtime.address));
  }
  return addresses;
}
