import type { RouterOptions } from '../container/router/options.ts';
import type { RouterNetwork } from '../container/router/redis/router-network.ts';
import { createRouter, type Router } from '../container/router/router.ts';
import { ClientConnections } from '../functions/instance-manager/client-connections.ts';
import type { Supervisor } from '../functions/instance-manager/supervisor.ts';
import type { Clock, RouteTable } from '../functions/ports.ts';
import { describeCause } from './describe-cause.ts';
import { mcpEdge } from './mcp-edge.ts';
import type { PlatformLog } from './platform-log.ts';
import type { Settings } from './settings.ts';
import type { Storage } from './storage.ts';

export interface PlatformRouterParts {
  settings: Settings & { publicUrl: string };
  storage: Pick<Storage, 'stores' | 'sessionKey'>;
  clock: Clock;
  routes: RouteTable;
  supervisor: Supervisor;
  /** Absent where this router is the only one. */
  network: RouterNetwork | undefined;
  log: PlatformLog;
}

/** The router in the same process as the control plane: it asks the stores directly and tells the supervisor what it notices. */
export function createPlatformRouter(parts: PlatformRouterParts): Router {
  const { settings, storage, clock, routes, supervisor, network, log } = parts;
  const { stores } = storage;
  const connections = new ClientConnections({ instances: stores.instances, events: stores.instanceEvents, clock });
  const options: RouterOptions = {
    tokens: stores.instanceTokens,
    routes,
    instances: {
      describe: async (instanceId) => {
        const instance = await stores.instances.findById(instanceId);
        return instance?.desiredState === 'deleted' ? undefined : instance;
      },
    },
    usage: stores.usage,
    events: {
      clientConnected: (connection) => connections.connected(connection),
      tokenUsed: (tokenId, at) => stores.instanceTokens.touch(tokenId, at),
      instanceFailed: ({ instanceId, address }) => supervisor.suspect(instanceId, address),
    },
    waker: { wake: (instanceId) => void supervisor.wake(instanceId) },
    sessionKey: storage.sessionKey,
    ...mcpEdge(settings),
    ...network?.options,
    // The database is near: counts may reach the dashboard sooner than they would on AWS.
    timing: { usageFlushMs: 2_000 },
    reportError: (error, requestId) => log.error('The router failed.', { requestId, cause: describeCause(error) }),
  };
  return createRouter(options);
}
