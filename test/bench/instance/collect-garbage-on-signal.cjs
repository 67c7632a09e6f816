/** Loaded into a server that is measured: collects garbage on SIGUSR2. Without the flag at the start, which would void the code cache. */
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

let collect;
process.on('SIGUSR2', () => {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc');
  }
  collect();
});
