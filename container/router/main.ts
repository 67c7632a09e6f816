/** The router of scale `saas` as a program of its own. What it reads from its environment is in `environment.ts`. */
import { stopSignal } from './stop-signal.ts';

// Not before somebody listens for the request to stop: process 1 of a container gets none that it does not handle.
const { runRouter } = await import('./run-router.ts');
process.exit(await runRouter(process.env, stopSignal));
