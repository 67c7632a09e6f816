/** What the bundled server exposes to its start file and to the step of the build that makes its code cache. */
export { createInstance } from './instance.ts';
export { createLog } from './observability/log.ts';
export { runCommand } from './run-command.ts';
export { startServing } from './serving.ts';
export { rehearse } from './warm/rehearsal.ts';
