import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkLoopbackOrigin } from '../../../../container/instance/protocol/access-check.ts';
import { RefusedRequest, sendFailure } from '../../../../container/instance/protocol/json-rpc.ts';
import type { ModernDoor } from '../../../../container/instance/protocol/modern-door.ts';
import { readBody } from '../../../../container/instance/protocol/request-body.ts';

export interface ServedDoor {
  /** Address of the door. */
  url: string;
  close(): Promise<void>;
}

/** Serves one door alone at `/mcp`, with the checks that stand before every door of an instance. */
export async function serveDoor(door: ModernDoor): Promise<ServedDoor> {
  const server = createServer((request, response) => {
    handle(door, request, response).catch((error: unknown) => {
      if (error instanceof RefusedRequest) sendFailure(response, error.failure);
      else response.destroy();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    async close() {
      await door.close();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function handle(door: ModernDoor, request: IncomingMessage, response: ServerResponse): Promise<void> {
  checkLoopbackOrigin(request);
  const body: unknown = request.method === 'POST' ? JSON.parse(await readBody(request)) : undefined;
  if (door.claims(request, body)) await door.serve(request, response, body);
  else response.writeHead(421).end();
}
