/** The program `smartlead-service`: runs the whole platform on one machine. */

import { listenForStop } from './stop-signals.ts';

// SIGUSR1 opens Node's debugger to whoever can reach its port, and an instance may send signals. A listener takes its place.
process.on('SIGUSR1', () => {});
const stopSignals = listenForStop();

// Only now the rest, whose loading takes a moment in which both must hold already.
const { runCommandLine } = await import('./command-line.ts');
await runCommandLine(process.argv.slice(2), stopSignals);
