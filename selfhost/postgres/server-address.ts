import { mkdirSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { ClusterLayout } from './cluster.ts';
import { giveToServer, type ServerAccount } from './server-account.ts';
import type { ServerAddress } from './server-settings.ts';

/** Bytes a socket's path may have: `sun_path` in unix(7) has 108 on Linux, 104 on macOS and the BSDs, the closing zero included. */
const longestSocketPath = process.platform === 'linux' ? 107 : 103;
const socketPort = 5432;

/**
 * Chooses where the server listens: on a Unix socket in a folder that only we may enter, else (the path is too long, or Windows) on
 * a free loopback port, behind the password.
 */
export async function chooseServerAddress(layout: ClusterLayout): Promise<ServerAddress> {
  const socket = `${layout.socketFolder}/.s.PGSQL.${socketPort}`;
  if (process.platform === 'win32' || Buffer.byteLength(socket) > longestSocketPath) {
    return { host: '127.0.0.1', port: await findFreePort() };
  }
  return { host: layout.socketFolder, port: socketPort };
}

/** Makes the socket's folder anew. A socket that a killed server left names a process id that may be somebody else's by now. */
export function prepareSocketFolder(layout: ClusterLayout, account: ServerAccount): void {
  rmSync(layout.socketFolder, { recursive: true, force: true });
  mkdirSync(layout.socketFolder, { mode: 0o700 });
  giveToServer(account, layout.dataDir, [layout.socketFolder]);
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
