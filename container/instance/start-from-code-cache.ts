/** The bundle's `main.js`: loads the server beside it and hands over the command line. */
import type * as bundle from './bundle.ts';
import { loadBundle } from './load-bundle.ts';
import { endBeforeServing } from './process-lifetime.ts';

endBeforeServing();

const { runCommand } = loadBundle<typeof bundle>(import.meta.dirname, 'server');

void runCommand(process.argv.slice(2));
