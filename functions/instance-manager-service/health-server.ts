import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a manager does: waits for the lease, works, or ends. */
export type ManagerRole = 'standing-by' | 'active' | 'stopping';

export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

/** Answers `GET /healthz` with `{status, role}`: whoever answers is alive. Nothing else is served, and nobody's data. */
export async function startHealthServer(port: number, role: () => ManagerRole): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const isHealth = request.url === '/healthz' && (request.method === 'GET' || request.method === 'HEAD');
    response.writeHead(isHealth ? 200 : 404, { 'content-type': 'application/json', connection: 'close' });
    response.end(isHealth ? `${JSON.stringify({ status: 'ok', role: role() })}\n` : undefined);
  });
  server.listen(port);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
