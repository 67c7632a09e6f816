/**
 * Stands for the platform in tests that kill it: launches the instances whose behaviours are its arguments (after the state
 * folder), prints their process ids as one JSON line and waits.
 */
import { ChildProcessLauncher } from '../../../../functions/adapters/child-process/launcher.ts';
import { fakeInstanceFolder, launchRequest } from './launch-request.ts';

const [stateFolder = '', ...behaviours] = process.argv.slice(2);
const launcher = new ChildProcessLauncher({ nodePath: process.execPath, bundleFolder: fakeInstanceFolder, stateFolder });
const runtimes = await Promise.all(behaviours.map((behaviour) => launcher.launch(launchRequest(behaviour))));
process.stdout.write(`${JSON.stringify(runtimes.map((runtime) => Number(runtime.ref)))}\n`);
setInterval(() => {}, 1000);
