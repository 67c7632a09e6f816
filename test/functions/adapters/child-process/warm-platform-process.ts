/**
 * Stands for the platform in tests that kill it: keeps a pool of two warm processes of the bundle in the second argument (after the state
 * folder), prints their process ids as one JSON line and waits.
 */
import { ChildProcessLauncher } from '../../../../functions/adapters/child-process/launcher.ts';

const [stateFolder = '', bundleFolder = ''] = process.argv.slice(2);
const launcher = new ChildProcessLauncher({
  nodePath: process.execPath,
  bundleFolder,
  bundleFolderOf: () => bundleFolder,
  stateFolder,
});
const started = await Promise.all(
  ['wrm_1', 'wrm_2'].map((id) => launcher.warmProcesses.start({ id, version: 'v1', size: 'small' })),
);
process.stdout.write(`${JSON.stringify(started.map(({ ref }) => ref))}\n`);
setInterval(() => {}, 1000);
