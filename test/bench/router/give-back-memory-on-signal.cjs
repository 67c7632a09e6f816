/**
 * Loaded into the platform that is measured: collects garbage on SIGUSR2 and gives back the pages that V8 keeps in reserve, so that what
 * is seen is what the platform holds and not how much of its reserve it happens to have touched.
 */
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

let collect;
process.on('SIGUSR2', () => {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc');
  }
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
});
