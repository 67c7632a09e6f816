import { join } from 'node:path';
import { FrontDoor } from './http/front-door.ts';
import { listen } from './http/listen.ts';
import { composeSingleMachine } from './platform.ts';
import { openPlatformLog } from './platform-log.ts';
import type { Settings } from './settings.ts';
import { openStorage, readMasterKeyEarly } from './storage.ts';

export interface StartedService {
  /** Lines for the person who started it. */
  summary: string[];
  /** Ends everything that was started, in order. */
  stop(): Promise<void>;
}

/**
 * Starts the service of one machine. The order is such that a start that must be refused touches nothing: first the port, then the
 * master key, then the data folder. Where a step fails, those before it are undone.
 */
export async function startService(given: Settings): Promise<StartedService> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const frontDoor = new FrontDoor();
    const listeners = await listen(frontDoor.listener, given.hosts, given.port);
    undo.push(() => listeners.close(1_000));

    const masterKey = readMasterKeyEarly(given);
    const publicUrl = given.publicUrl ?? `http://localhost:${listeners.port}`;
    const settings = { ...given, publicUrl };
    if (settings.sandbox) {
      // Loaded only where it is wanted: it brings the whole catalogue with it.
      const { startSandbox } = await import('./sandbox/main.ts');
      const sandbox = await startSandbox();
      undo.push(() => sandbox.close());
      settings.smartleadHosts = sandbox.hosts;
    }

    const log = openPlatformLog(join(settings.dataDir, 'logs'));
    undo.push(() => log.close());
    const storage = await openStorage(settings, masterKey, log);
    undo.push(() => storage.close());
    const platform = await composeSingleMachine(settings, storage, log);
    undo.push(() => platform.stop());
    const wanted = await platform.countWanted();

    frontDoor.open(platform.doors);
    undo.push(async () => frontDoor.close());
    void platform.bringBack();
    log.info('The service is ready.', { publicUrl, sandbox: settings.sandbox });
    undo.push(async () => log.info('The service stops.'));

    const instances = wanted === 1 ? '1 instance' : `${wanted} instances`;
    return {
      summary: [
        `Dashboard    ${publicUrl}`,
        `Data folder  ${settings.dataDir}`,
        `Running      API, router, ${storage.description}, ${settings.sandbox ? 'simulated Smartlead, ' : ''}${instances}`,
      ],
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
