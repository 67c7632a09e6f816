import { setTimeout as delay } from 'node:timers/promises';
import type { InstanceMode } from '../../core/instance-configuration.ts';
import type { Instance } from './instance.ts';
import type { Log } from './observability/log.ts';
import { checkLocalNetworkOrigin, checkLoopbackOrigin, createTokenCheck } from './protocol/access-check.ts';
import { createDoorServer, type DoorServer, textDoor } from './protocol/http-server.ts';
import { createHttpSseDoors, createStreamableHttpDoors } from './protocol/mcp-doors.ts';
import { createModernDoor } from './protocol/modern/create-modern-door.ts';
import { createOutlivingRule } from './protocol/outliving-requests.ts';
import { type SessionLimits, Sessions, usualSessionLimits } from './protocol/sessions.ts';

export interface ServingOptions {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  mode: InstanceMode;
  /** Bearer token that every request but the one for liveness must carry; none are asked for where it is missing. */
  token?: string;
  /** Whether a router stands in front, which assigns the ids of sessions. It must be the only one to have the token. */
  behindRouter?: boolean;
  sessionLimits?: SessionLimits;
  /** A server that listens at `port` already, for other doors so far. */
  openServer?: DoorServer;
}

export interface Serving {
  readonly port: number;
  /** Takes nothing new, waits for the calls that run (at most so many milliseconds) and closes everything. */
  stop(drainMs: number): Promise<void>;
}

/** Long enough for the first client to have its tools/list, short enough to be over before its first call. */
const warmUpDelayMs = 150;

/**
 * Opens the network doors of an instance. Mode `stdio` opens `/mcp` alone, which is what stdio bridges use.
 * @throws the error of listen(2), such as EADDRINUSE.
 */
export async function startServing(instance: Instance, options: ServingOptions, log: Log): Promise<Serving> {
  const sessions = new Sessions(options.sessionLimits ?? usualSessionLimits);
  instance.metrics.gauge('smartlead_mcp_sessions', 'Sessions that clients may go on with.', () => sessions.size);
  instance.metrics.gauge(
    'smartlead_mcp_sessions_hibernating',
    'Those of which only a record is left.',
    () => sessions.hibernating,
  );
  const { behindRouter } = options;
  const createServer = () => instance.createServer();
  const modern = createModernDoor(instance.features, { log });
  const outlivesClient = createOutlivingRule(instance.features);
  const behindThePort = {
    doors: {
      '/healthz': textDoor('text/plain; charset=utf-8', () => 'ok\n'),
      '/readyz': textDoor('text/plain; charset=utf-8', () => 'ready\n'),
      '/metrics': textDoor('text/plain; version=0.0.4; charset=utf-8', () => instance.metrics.text()),
      ...(options.mode === 'stdio' ? {} : createHttpSseDoors({ sessions, createServer, behindRouter })),
      ...createStreamableHttpDoors({ sessions, createServer, modern, outlivesClient, behindRouter }),
    },
    checks: accessChecks(options),
    log,
  };
  const { openServer } = options;
  openServer?.replace(behindThePort);
  const doors = openServer ?? createDoorServer(behindThePort);
  const port = openServer === undefined ? await doors.listen(options) : options.port;
  setTimeout(() => instance.warmUp().catch(() => undefined), warmUpDelayMs).unref();
  return {
    port,
    async stop(drainMs) {
      doors.refuseNew();
      const deadline = Date.now() + drainMs;
      const isBusy = () => (instance.callsInProgress > 0 || sessions.busy) && Date.now() < deadline;
      do {
        while (isBusy()) await delay(20);
        // The last answers are on their way through the protocol engine and the sockets, and a message whose body was still arriving
        // has become a request: what was accepted is answered.
        await delay(50);
      } while (isBusy());
      sessions.endAll();
      await modern.close();
      await delay(50);
      await Promise.all([doors.close(), instance.close()]);
    },
  };
}

function accessChecks({ token, host }: ServingOptions) {
  if (token !== undefined) return [createTokenCheck(token)];
  return [isLoopback(host) ? checkLoopbackOrigin : checkLocalNetworkOrigin];
}

/** Whether only programs of this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
