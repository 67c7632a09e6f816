/** The bundle's `main.js`: loads the server beside it and hands over the command line. */
import type * as bundle from './bundle.ts';
import { loadBundle } from './load-bundle.ts';

const { exported } = loadBundle<typeof bundle>(import.meta.dirname);

void exported.runCommand(process.argv.slice(2));
