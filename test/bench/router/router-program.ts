/**
 * Our router alone in a process: tokens are checked in a directory in memory and calls are counted into a sink. Reads what it shall serve
 * as one JSON line (see {@link RouterTask}) from standard input and prints its port. Each further line asks for its memory after a
 * garbage collection, which it prints as one JSON line.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { keepFewIdleParsers } from '../../../container/router/idle-parsers.ts';
import type { RouterLimits, RouterTiming } from '../../../container/router/options.ts';
import { createRouter } from '../../../container/router/router.ts';
import { hashBearerToken } from '../../../core/bearer-token.ts';

export interface RouterTask {
  instances: { instanceId: string; workspaceId: string; tokenId: string; token: string; address: string; accessToken: string }[];
  limits?: Partial<RouterLimits>;
  timing?: Partial<RouterTiming>;
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const task = JSON.parse((await lines.next()).value ?? '{}') as RouterTask;
const tokens = new Map(
  task.instances.map(({ token, tokenId: id, instanceId, workspaceId }) => [
    hashBearerToken(token),
    { id, instanceId, workspaceId, expiresAt: null },
  ]),
);
const routes = new Map(
  task.instances.map(({ instanceId, workspaceId, address, accessToken }) => [
    instanceId,
    { instanceId, workspaceId, address, accessToken },
  ]),
);
let batches = 0;

const router = createRouter({
  tokens: { findByHash: async (hash) => tokens.get(hash) },
  routes: { get: async (instanceId) => routes.get(instanceId) },
  instances: { describe: async () => undefined },
  usage: {
    apply: async () => {
      batches += 1;
    },
  },
  events: { clientConnected: () => {}, tokenUsed: () => {} },
  limits: task.limits ?? {},
  timing: task.timing ?? {},
});
keepFewIdleParsers();
const server = createServer((request, response) => router.handle(request, response));
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});

setFlagsFromString('--expose-gc');
// Room that V8 keeps in reserve is given back, too: how much of it happens to be there differs from one moment to the next.
const wholly = { type: 'major', execution: 'sync', flavor: 'last-resort' };
const collect = runInNewContext('gc') as (options: typeof wholly) => void;
for await (const _ of lines) {
  for (let time = 0; time < 2; time += 1) {
    collect(wholly);
    // What a collection sets free is given back a moment later.
    await delay(500);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  process.stdout.write(`${JSON.stringify({ memory: { heapUsed, external, rss }, batches })}\n`);
}
process.exit(0);
