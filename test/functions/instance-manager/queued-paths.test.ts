/** The paths of the lifecycle, run by executions elsewhere as they are by the interpreter in this process. */
import { runByExecutions } from './queued-installation.ts';

runByExecutions();
await import('./lifecycle-paths.test.ts');
