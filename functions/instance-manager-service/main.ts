/** The manager of instances at scale `saas`. What it reads from its environment is in `functions/composition/aws-environment.ts`. */
import { stopSignal } from './stop-signal.ts';

// Not before somebody listens for the request to stop: process 1 of a container gets none that it does not handle.
const { runManager } = await import('./run-manager.ts');
process.exit(await runManager(process.env, stopSignal));
