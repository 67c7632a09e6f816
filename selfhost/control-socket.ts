import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { HealthReport, PlatformHealth } from '../functions/ports.ts';
import { controlSocketPath, prepareControlFolder } from './control-socket-path.ts';

export interface ControlSocket {
  /** Answers nobody any more, and removes the socket. */
  close(): Promise<void>;
}

/**
 * Lets commands on this machine ask the running service, without a password: on a socket that only this user (and the system's
 * administrator) may connect to. It answers `GET /audit` with a {@link HealthReport}, which holds no secret, and changes nothing.
 *
 * Call it under the data folder's lock: a socket that is there was left by a service that is gone. A service that cannot have one runs
 * without; the reason is then told to `log`.
 */
export async function openControlSocket(
  dataDir: string,
  health: PlatformHealth,
  log: (line: string) => void,
): Promise<ControlSocket> {
  const path = controlSocketPath(dataDir);
  const server = createServer((request, response) => {
    const isAudit = request.method === 'GET' && request.url === '/audit';
    void answer(isAudit ? () => health.check() : undefined).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body));
    });
  });
  if (path === undefined) return { close: async () => {} };
  try {
    prepareControlFolder(dataDir, path);
    rmSync(path, { force: true });
    await listen(server, path);
  } catch (error) {
    log(`Commands cannot ask this service: ${error instanceof Error ? error.message : String(error)}`);
    server.close();
    return { close: async () => {} };
  }
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        rmSync(path, { force: true });
      }),
  };
}

async function answer(check: (() => Promise<HealthReport>) | undefined): Promise<{ status: number; body: unknown }> {
  if (check === undefined) return { status: 404, body: { error: 'there is nothing here' } };
  try {
    return { status: 200, body: await check() };
  } catch {
    return { status: 500, body: { error: 'the check failed' } };
  }
}

/** `listen` of `node:net` makes the socket before it returns, so that from its first moment on nobody else may connect to it. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const umask = process.umask(0o177);
    try {
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    } finally {
      process.umask(umask);
    }
  });
}
