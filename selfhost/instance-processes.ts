import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BundleVersions } from '../functions/adapters/child-process/instance-versions.ts';
import { ChildProcessLauncher } from '../functions/adapters/child-process/launcher.ts';
import type { PlatformLog } from './platform-log.ts';

export interface InstanceProcesses {
  versions: BundleVersions;
  launcher: ChildProcessLauncher;
}

/** Prepares the machine to run instances: installs their program and ends those that a killed platform left running. */
export async function openInstanceProcesses(dataDir: string, log: PlatformLog): Promise<InstanceProcesses> {
  const releaseFolder = fileURLToPath(new URL('../instance', import.meta.url));
  const versions = new BundleVersions({ releaseFolder, folder: join(dataDir, 'instance-versions') });
  await versions.open();
  const launcher = new ChildProcessLauncher({
    nodePath: process.execPath,
    bundleFolder: releaseFolder,
    bundleFolderOf: (version) => versions.folderOf(version),
    stateFolder: join(dataDir, 'instances'),
  });
  const swept = await launcher.sweepLeftovers();
  if (swept.length > 0) log.warn('Processes of a killed run were ended.', { instances: swept.join(' ') });
  return { versions, launcher };
}
