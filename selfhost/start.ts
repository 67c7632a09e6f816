import { join } from 'node:path';
import { openControlSocket } from './control-socket.ts';
import { FrontDoor } from './http/front-door.ts';
import { listen } from './http/listen.ts';
import { composeSingleMachine } from './platform.ts';
import type { PlatformLog } from './platform-log.ts';
import { lockDataFolder } from './postgres/data-folder-lock.ts';
import type { Settings } from './settings.ts';
import { openStorage, readMasterKeyEarly } from './storage.ts';
import { UndoSteps } from './undo-steps.ts';

export interface StartedService {
  /** Lines for the person who started it. */
  summary: string[];
  /** Ends everything that was started, in order. Clients' streams and calls get so many seconds; as set, where none are named. */
  stop(drainSeconds?: number): Promise<void>;
}

export interface StartOptions {
  /** Opened and closed here. */
  log: PlatformLog;
  /** Gives the start up; it then rejects with the signal's reason, when all that had been started is ended. */
  signal: AbortSignal;
  /** Told where the service, once started, may not go on. */
  fail(error: Error): void;
}

/**
 * Starts the service of one machine. The order is such that a start that must be refused touches nothing: first the port, then the
 * master key, then the data folder. Where a step fails, those before it are undone.
 */
export async function startService(given: Settings, { log, signal, fail }: StartOptions): Promise<StartedService> {
  const undo = new UndoSteps();
  let drainSeconds = given.drainSeconds;
  try {
    signal.throwIfAborted();
    const frontDoor = new FrontDoor();
    const listeners = await listen(frontDoor.listener, given.hosts, given.port);
    undo.add(() => listeners.close(1_000));

    const masterKey = readMasterKeyEarly(given);
    const publicUrl = given.publicUrl ?? `http://localhost:${listeners.port}`;
    const settings = { ...given, publicUrl, port: listeners.port };
    if (settings.sandbox) {
      // Loaded only where it is wanted: it brings the whole catalogue with it.
      const { startSandbox } = await import('./sandbox/main.ts');
      const sandbox = await startSandbox();
      undo.add(() => sandbox.close());
      settings.smartleadHosts = sandbox.hosts;
    }

    signal.throwIfAborted();
    const lock = lockDataFolder(settings.dataDir);
    undo.add(() => lock.release());
    log.open(join(settings.dataDir, 'logs'));
    undo.add(() => log.close());
    warnOfSharedAddress(given, log);
    const storage = await openStorage(settings, masterKey, { lock, log, signal, fail });
    undo.add(() => storage.close());
    const platform = await composeSingleMachine(settings, storage, log);
    undo.add(() => platform.stop(drainSeconds));
    const control = await openControlSocket(settings.dataDir, platform.health, (line) => log.warn(line));
    undo.add(() => control.close());
    signal.throwIfAborted();
    const wanted = await platform.countWanted();
    signal.throwIfAborted();

    frontDoor.open(platform.doors);
    undo.add(() => frontDoor.close());
    platform.bringBack().catch((error: unknown) => {
      log.error('Not everything could be brought back; restart the service to try again.', { cause: String(error) });
    });
    log.info('The service is ready.', { publicUrl, sandbox: settings.sandbox });
    undo.add(() => log.info('The service stops.'));

    const instances = wanted === 1 ? '1 instance' : `${wanted} instances`;
    return {
      summary: [
        `Dashboard    ${publicUrl}`,
        `Data folder  ${settings.dataDir}`,
        `Running      API, router, ${storage.description}, ${settings.sandbox ? 'simulated Smartlead, ' : ''}${instances}`,
        ...platform.warnings.map((warning) => `Warning      ${warning}`),
      ],
      stop: (seconds = drainSeconds) => {
        drainSeconds = seconds;
        return undo.run();
      },
    };
  } catch (error) {
    await undo
      .run()
      .catch((undoError: unknown) => log.error('A failed start was not fully undone.', { cause: String(undoError) }));
    throw error;
  }
}

/** A public URL on a machine that listens for itself alone means a reverse proxy, whose address all clients then seem to have. */
function warnOfSharedAddress({ publicUrl, trustedProxies }: Settings, log: PlatformLog): void {
  if (publicUrl === undefined || trustedProxies > 0) return;
  log.warn(
    'PUBLIC_URL is set and TRUSTED_PROXIES is 0: behind a reverse proxy, all clients share one budget of sign-in attempts by address. ' +
      'Set TRUSTED_PROXIES to the number of proxies in front of this service.',
  );
}
