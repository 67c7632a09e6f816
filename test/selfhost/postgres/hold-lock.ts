/** Tries to lock the folder it is given, says how that ended, and holds the lock until it is killed. */
import { lockDataFolder } from '../../../selfhost/postgres/data-folder-lock.ts';

try {
  lockDataFolder(process.argv[2] as string);
  process.stdout.write('{"locked":true}\n');
} catch (error) {
  process.stdout.write(`${JSON.stringify({ locked: false, name: (error as Error).name })}\n`);
}
setInterval(() => {}, 60_000);
