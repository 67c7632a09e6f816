/**
 * Measures what the router costs: calls per second and latency of one small `tools/call` straight to a stub instance, through a
 * bare `node:http` forwarder and through the router (token checked, call counted). Every part runs in a process of its own.
 * Run: `node test/container/router/throughput.ts [seconds] [calls in flight]`. Prints one JSON object.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, request as forwardRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { createRouter } from '../../../container/router/router.ts';
import { createBearerToken, hashBearerToken } from '../../../core/bearer-token.ts';
import { createIdentifier } from '../../../core/identifiers.ts';

interface RoleOptions {
  instanceAddress: string;
  instanceId: string;
  tokenHash: string;
}

const call = JSON.stringify({
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name: 'campaigns_get_all', arguments: {} },
});
const answer = JSON.stringify({ result: { content: [{ type: 'text', text: 'x'.repeat(600) }] }, jsonrpc: '2.0', id: 7 });

function startInstance() {
  return createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': answer.length });
      response.end(answer);
    });
  });
}

function startForwarder({ instanceAddress }: RoleOptions) {
  const agent = new Agent({ keepAlive: true });
  return createServer((request, response) => {
    const options = { agent, method: request.method, headers: request.headers };
    const upstream = forwardRequest(`${instanceAddress}/mcp`, options, (incoming) => {
      response.writeHead(incoming.statusCode ?? 502, incoming.headers);
      incoming.pipe(response);
    });
    request.pipe(upstream);
  });
}

function startRouter({ instanceAddress, instanceId, tokenHash }: RoleOptions) {
  const workspaceId = 'ws_1';
  const router = createRouter({
    tokens: {
      findByHash: async (hash) => (hash === tokenHash ? { id: 'tok_1', instanceId, workspaceId, expiresAt: null } : undefined),
    },
    routes: { get: async () => ({ instanceId, workspaceId, address: instanceAddress, accessToken: 'internal' }) },
    instances: { describe: async () => undefined },
    usage: { apply: async () => {} },
    events: { clientConnected: () => {}, tokenUsed: () => {} },
    limits: { maxCallsPerSecondPerToken: 1e6, maxCallsPerSecondPerInstance: 1e6, maxCallsPerSecondPerWorkspace: 1e6 },
  });
  return createServer((request, response) => router.handle(request, response));
}

const roles = { instance: startInstance, forwarder: startForwarder, router: startRouter };

async function play(role: keyof typeof roles, options: RoleOptions): Promise<void> {
  const server = roles[role](options);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.((server.address() as AddressInfo).port);
  process.on('message', () => process.send?.(process.cpuUsage()));
  process.on('disconnect', () => process.exit());
}

interface Part {
  address: string;
  /** Processor time used so far, in microseconds. */
  processorTime(): Promise<number>;
  stop(): void;
}

async function startRole(role: keyof typeof roles, options: RoleOptions): Promise<Part> {
  const child = fork(fileURLToPath(import.meta.url), [role, JSON.stringify(options)]);
  const [port] = await once(child, 'message');
  return {
    address: `http://127.0.0.1:${port}`,
    async processorTime() {
      child.send('processor time');
      const [usage] = (await once(child, 'message')) as [NodeJS.CpuUsage];
      return usage.user + usage.system;
    },
    stop: () => void child.kill(),
  };
}

const headersFor = (token: string) => ({
  authorization: `Bearer ${token}`,
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
});

/** Keeps so many calls in flight for so long. Latencies in milliseconds. */
async function measure(url: string, token: string, seconds: number, callsInFlight: number) {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections: callsInFlight });
  const headers = headersFor(token);
  const times: number[] = [];
  let failed = 0;
  const end = performance.now() + seconds * 1_000;
  const callOneAfterTheOther = async () => {
    while (performance.now() < end) {
      const start = performance.now();
      const { statusCode, body } = await pool.request({ path, method: 'POST', headers, body: call });
      if ((await body.text()).length !== answer.length || statusCode !== 200) failed += 1;
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: callsInFlight }, callOneAfterTheOther));
  await pool.close();
  times.sort((a, b) => a - b);
  const quantile = (share: number) => Number((times[Math.floor(times.length * share)] ?? 0).toFixed(3));
  return { callsPerSecond: Math.round(times.length / seconds), p50: quantile(0.5), p99: quantile(0.99), failed };
}

async function main(seconds: number, callsInFlight: number): Promise<void> {
  const token = createBearerToken('instance');
  const options = { instanceAddress: '', instanceId: createIdentifier('instance'), tokenHash: hashBearerToken(token) };
  const instance = await startRole('instance', options);
  options.instanceAddress = instance.address;
  const forwarder = await startRole('forwarder', options);
  const router = await startRole('router', options);
  const cases = {
    direct: { part: instance, url: `${instance.address}/mcp` },
    forwarder: { part: forwarder, url: `${forwarder.address}/mcp` },
    router: { part: router, url: `${router.address}/i/${options.instanceId}/mcp` },
  };
  for (const { url } of Object.values(cases)) await measure(url, token, 1, callsInFlight);
  const results: Record<string, unknown> = {};
  for (const [name, { part, url }] of Object.entries(cases)) {
    const before = await part.processorTime();
    const loaded = await measure(url, token, seconds, callsInFlight);
    const processorMicrosecondsPerCall = Math.round(((await part.processorTime()) - before) / (loaded.callsPerSecond * seconds));
    results[name] = { loaded, processorMicrosecondsPerCall, oneAtATime: await measure(url, token, seconds / 2, 1) };
  }
  for (const part of [instance, forwarder, router]) part.stop();
  process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
}

const [first, second] = process.argv.slice(2);
if (first !== undefined && first in roles) await play(first as keyof typeof roles, JSON.parse(second ?? '{}'));
else await main(Number(first ?? 5), Number(second ?? 8));
