import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** Bytes a socket's path may have: `sun_path` in unix(7) has 108 on Linux, 104 on macOS and the BSDs, the closing zero included. */
const longestSocketPath = process.platform === 'linux' ? 107 : 103;

/**
 * Where the service that runs on a data folder can be asked: `control.sock` in the folder, or, where that path is too long for a
 * socket, in a folder of this user's own below the system's temporary one, named after the data folder. `undefined` where the system
 * has no such sockets.
 */
export function controlSocketPath(dataDir: string): string | undefined {
  if (process.platform === 'win32') return undefined;
  const path = join(dataDir, 'control.sock');
  if (Buffer.byteLength(path) <= longestSocketPath) return path;
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  return join(tmpdir(), `smartlead-mcp-${userInfo().uid}`, `${name}.sock`);
}

/**
 * Makes the folder of the socket where it is not the data folder. Throws where somebody else has it: they could then answer in our
 * place, or listen.
 */
export function prepareControlFolder(dataDir: string, path: string): void {
  const folder = join(path, '..');
  if (folder === dataDir) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(folder);
  if (uid !== userInfo().uid || (mode & 0o077) !== 0) throw new Error(`the folder ${folder} is open to others; remove it`);
}
