import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BundleVersions } from '../functions/adapters/child-process/instance-versions.ts';
import { ChildProcessLauncher } from '../functions/adapters/child-process/launcher.ts';
import { MemoryWarmPool } from '../functions/adapters/memory/warm-pool.ts';
import { WarmPoolKeeper } from '../functions/instance-manager/warm-pool-keeper.ts';
import type { Clock, WarmPool } from '../functions/ports.ts';
import { describeCause } from './describe-cause.ts';
import type { PlatformLog } from './platform-log.ts';

export interface InstanceProcesses {
  versions: BundleVersions;
  launcher: ChildProcessLauncher;
  /** Missing where no processes are to wait. */
  warm?: { pool: WarmPool; keeper: WarmPoolKeeper };
}

export interface InstanceProcessesOptions {
  dataDir: string;
  /** How many processes wait without a customer. */
  warmPoolSize: number;
  clock: Clock;
  log: PlatformLog;
}

/** About what it takes to start one on a machine that has other things to do. */
const replacementSeconds = 1;

/** Prepares the machine to run instances: installs their program and ends those that a killed platform left running. */
export async function openInstanceProcesses({
  dataDir,
  warmPoolSize,
  clock,
  log,
}: InstanceProcessesOptions): Promise<InstanceProcesses> {
  const releaseFolder = fileURLToPath(new URL('../instance', import.meta.url));
  const versions = new BundleVersions({ releaseFolder, folder: join(dataDir, 'instance-versions') });
  await versions.open();
  const pool = warmPoolSize > 0 ? new MemoryWarmPool() : undefined;
  const report = ({ message, instanceId, cause }: { message: string; instanceId?: string; cause: unknown }) =>
    log.warn(message, { ...(instanceId === undefined ? {} : { instanceId }), cause: describeCause(cause) });
  const launcher = new ChildProcessLauncher({
    nodePath: process.execPath,
    bundleFolder: releaseFolder,
    bundleFolderOf: (version) => versions.folderOf(version),
    stateFolder: join(dataDir, 'instances'),
    ...(pool === undefined ? {} : { warmPool: { clock, pool, report, changed: () => void keeper?.keep() } }),
  });
  const keeper =
    pool === undefined
      ? undefined
      : new WarmPoolKeeper(
          {
            clock,
            pool,
            starter: launcher.warmProcesses,
            // A rollout makes its version the current one when it has gone well; until then its launches start cold.
            kinds: async () => {
              const version = await versions.current();
              return version === undefined ? [] : [{ version, size: 'small' }];
            },
            report,
          },
          { minimum: warmPoolSize, maximum: warmPoolSize, replacementSeconds, startsAtOnce: 1 },
        );
  const swept = await launcher.sweepLeftovers();
  if (swept.length > 0) log.warn('Processes of a killed run were ended.', { instances: swept.join(' ') });
  return { versions, launcher, ...(pool === undefined || keeper === undefined ? {} : { warm: { pool, keeper } }) };
}
