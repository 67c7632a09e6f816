/** The bundle's `main.js`: loads the server beside it and hands over the command line. */
import { setFlagsFromString } from 'node:v8';
import type * as bundle from './bundle.ts';
import { loadBundle } from './load-bundle.ts';

const { exported } = loadBundle<typeof bundle>(import.meta.dirname);

// Keeps the space for young objects at its first size. Under load it would grow to 100 MB, for nothing: calls are short and leave
// little behind. Worse, with --max-old-space-size=128 the growth uses up the limit and V8 then collects the whole heap all the time.
// Only now: V8 takes a code cache under the flags alone that it was made with.
setFlagsFromString('--semi-space-growth-factor=1');

void exported.runCommand(process.argv.slice(2));
