import type { LeftoverProcess } from '../domain/invariant.ts';
import type { Instance, Route, RunningProcess, RunningWarmProcess, StoredResources, WarmProcess } from '../ports.ts';
import { everyInstance } from './every-instance.ts';
import type { SupervisorPorts } from './supervisor-ports.ts';
import { instanceOfAccessToken } from './tasks/access-token-secret.ts';

/** Everything that exists, whoever it belongs to. */
export interface Everything {
  processes: RunningProcess[];
  leftovers: LeftoverProcess[];
  /** What waits for a customer. */
  warm: { known: WarmProcess[]; running: RunningWarmProcess[] };
  routes: Route[];
  /** Ids of the instances for which a token is kept that the router presents to them. */
  accessTokens: string[];
  stored: StoredResources;
  instances: Instance[];
}

type EverythingPorts = Pick<
  SupervisorPorts,
  'launcher' | 'leftovers' | 'warmPool' | 'routes' | 'accessTokens' | 'inventory' | 'instances'
>;

/** How each part of everything is read: one list a kind, whatever the number of instances. */
export const readers: { [Part in keyof Everything]: (ports: EverythingPorts) => Promise<Everything[Part]> } = {
  processes: ({ launcher }) => launcher.list(),
  leftovers: async ({ leftovers }) => (await leftovers?.list()) ?? [],
  warm: async ({ warmPool }) => {
    const known = (await warmPool?.pool.list()) ?? [];
    return { known, running: (await warmPool?.processes.list()) ?? [] };
  },
  routes: ({ routes }) => routes.list(),
  accessTokens: async ({ accessTokens }) =>
    (await accessTokens.list()).map(instanceOfAccessToken).filter((instanceId) => instanceId !== undefined),
  stored: ({ inventory }) => inventory.read(),
  instances: async ({ instances }) => {
    const all: Instance[] = [];
    for await (const instance of everyInstance(instances)) all.push(instance);
    return all;
  },
};

/**
 * Reads everything. The instances last: what was found before belongs to a row that existed then, so a row that is missing was
 * deleted and is not about to come.
 */
export async function readEverything(ports: EverythingPorts): Promise<Everything> {
  const [processes, leftovers, warm, routes, accessTokens, stored] = await Promise.all([
    readers.processes(ports),
    readers.leftovers(ports),
    readers.warm(ports),
    readers.routes(ports),
    readers.accessTokens(ports),
    readers.stored(ports),
  ]);
  return { processes, leftovers, warm, routes, accessTokens, stored, instances: await readers.instances(ports) };
}
