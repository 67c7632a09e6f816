/** Runs as the service does, then fails as it is told: `rejection` or `exception`. Says in the end how it was told to fail. */
import { join } from 'node:path';
import { PlatformLog } from '../../selfhost/platform-log.ts';
import { watchForFaults } from '../../selfhost/process-faults.ts';

const [folder = '', kind] = process.argv.slice(2);
const log = new PlatformLog();
let failure: unknown;
watchForFaults(log, (error) => {
  failure = error;
});
if (kind === 'rejection') void Promise.reject(new Error('fault of ours'));
else
  setTimeout(() => {
    throw new Error('fault of ours');
  }, 1);
setTimeout(async () => {
  log.open(join(folder, 'logs'));
  await log.close();
  process.stdout.write(failure instanceof Error ? failure.message : 'goes on');
}, 50);
