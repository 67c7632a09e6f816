/**
 * `npm run bench`: the main job in numbers, all in one run, beside supergateway (the usual way to put a stdio server on the network)
 * in front of the same server, and a bare node:http server as the limit. Prints a table and the same as JSON.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceFlags } from '../../scripts/service-runtime.mjs';
import { RestClient } from '../e2e/rest-client.ts';
import { freePort } from '../free-port.ts';
import { type McpSession, openSse, openStreamableHttp } from './mcp-session.ts';
import { load, median, retryUntilUp } from './measure.ts';
import { family, instanceProgram, memoryMebibytes, root, serviceProgram, startNode, supergatewayProgram } from './programs.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const loadMs = Number(process.env.BENCH_LOAD_MS ?? 4_000);
const inFlight = 8;
const call = { name: 'leads_categories', arguments: {} };
const samples = new Map<string, number[]>();

function record(name: string, value: number): void {
  samples.set(name, [...(samples.get(name) ?? []), value]);
}

const stub = await startNode([join(root, 'test/bench/smartlead-stub.mjs')], {}, /"port":(\d+)/);
const stubUrl = `http://127.0.0.1:${stub.match?.[1]}`;
const upstream = {
  SMARTLEAD_API_KEY: 'demo-bench',
  SMARTLEAD_CORE_URL: stubUrl,
  SMARTLEAD_PROSPECT_URL: stubUrl,
  SMARTLEAD_DELIVERY_URL: stubUrl,
  SMARTLEAD_SENDERS_URL: stubUrl,
  SMARTLEAD_RATE_LIMIT: 'off',
};

const supergateway = (port: number) => [
  supergatewayProgram,
  '--stdio',
  `${process.execPath} ${instanceProgram} stdio`,
  '--port',
  String(port),
  '--logLevel',
  'none',
];

async function measureLoad(name: string, session: McpSession): Promise<void> {
  const result = await load(session, 'tools/call', call, inFlight, loadMs);
  record(`${name}: calls/s at ${inFlight} in flight`, result.callsPerSecond);
  record(`${name}: p50 ms`, result.p50Ms);
  record(`${name}: p99 ms`, result.p99Ms);
  session.close();
}

/** From spawn to the answer of the first tools/list over SSE. */
async function measureStart(name: string, program: (port: number) => string[]): Promise<void> {
  const port = await freePort();
  const started = performance.now();
  const server = await startNode(program(port), upstream);
  const session = await retryUntilUp(() => openSse(`http://127.0.0.1:${port}/sse`));
  await session.call('tools/list', {});
  record(`${name}: spawn to first tools/list over SSE, ms`, performance.now() - started);
  await new Promise((resolve) => setTimeout(resolve, 500));
  record(`${name}: memory when idle, MiB`, memoryMebibytes(family(server.process.pid)));
  session.close();
  await server.stop();
}

async function measureBareServer(): Promise<void> {
  const started = performance.now();
  const server = await startNode([join(root, 'test/bench/bare-server.mjs')], {}, /"port":(\d+)/);
  await (await fetch(`http://127.0.0.1:${server.match?.[1]}/`)).text();
  record('bare node:http: spawn to first answer, ms', performance.now() - started);
  record('bare node:http: memory when idle, MiB', memoryMebibytes(family(server.process.pid)));
  await server.stop();
}

async function measureDirect(): Promise<void> {
  const port = await freePort();
  const server = await startNode([instanceProgram, 'serve', '--port', String(port)], upstream);
  const url = `http://127.0.0.1:${port}`;
  await measureLoad('instance, SSE', await retryUntilUp(() => openSse(`${url}/sse`)));
  await measureLoad('instance, Streamable HTTP', await openStreamableHttp(`${url}/mcp`));
  await server.stop();
}

async function measureSupergateway(): Promise<void> {
  const port = await freePort();
  const server = await startNode(supergateway(port), upstream);
  await measureLoad('supergateway, SSE', await retryUntilUp(() => openSse(`http://127.0.0.1:${port}/sse`)));
  await server.stop();
}

const dataDir = await mkdtemp(join(tmpdir(), 'bench-'));
const serviceEnvironment = { ...upstream, PORT: '0', DATA_DIR: dataDir };

async function measureService(firstStart: boolean): Promise<void> {
  const started = performance.now();
  const service = await startNode([...serviceFlags, serviceProgram, 'start'], serviceEnvironment, /Dashboard\s+(http\S+)/);
  record(firstStart ? 'service: first start to ready, ms' : 'service: later start to ready, ms', performance.now() - started);
  const url = service.match?.[1]?.replace(/\/$/, '') ?? '';
  const rest = new RestClient(url);
  const owner = 'bench@example.com';
  if ((await rest.signUp(owner)).status !== 201) await rest.signIn(owner);
  const key = await rest.post('/v1/keys', { label: 'Bench', apiKey: 'demo-bench' });
  for (let time = 0; time < 3; time += 1) {
    const posted = performance.now();
    const instance = await rest.post('/v1/instances', { name: `Bench ${time}`, keyId: key.body.id });
    for (;;) {
      const { body } = await rest.get(`/v1/instances/${instance.body.id}`);
      if (body.status === 'running') break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    record('service: POST to running, ms', performance.now() - posted);
    if (time === 0) {
      const { body } = await rest.post(`/v1/instances/${instance.body.id}/tokens`, { label: 'Bench' });
      const runtimes = (await rest.get('/v1/admin/instances')).body.items as { id: string; runtime: { ref: string } | null }[];
      const ref = Number(runtimes.find((item) => item.id === instance.body.id)?.runtime?.ref);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      record('service: memory of one idle instance, MiB', memoryMebibytes([ref]));
      record(
        'service: memory of the platform with its database, MiB',
        memoryMebibytes(family(service.process.pid).filter((pid) => pid !== ref)),
      );
      await measureLoad('through the router, SSE', await openSse(`${url}/i/${instance.body.id}/sse`, body.token));
      await measureLoad(
        'through the router, Streamable HTTP',
        await openStreamableHttp(`${url}/i/${instance.body.id}/mcp`, body.token),
      );
    }
    await rest.delete(`/v1/instances/${instance.body.id}`);
  }
  await service.stop();
}

for (let round = 1; round <= rounds; round += 1) {
  process.stderr.write(`round ${round} of ${rounds}\n`);
  await measureBareServer();
  await measureStart('instance', (port) => [instanceProgram, 'serve', '--port', String(port)]);
  await measureStart('supergateway', supergateway);
  await measureDirect();
  await measureService(round === 1);
  await measureSupergateway();
}
await stub.stop();
await rm(dataDir, { recursive: true });

const report = {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`,
  rounds,
  medians: Object.fromEntries([...samples].map(([name, values]) => [name, Math.round(median(values) * 100) / 100])),
  ranges: Object.fromEntries(
    [...samples].map(([name, values]) => [
      name,
      [Math.min(...values), Math.max(...values)].map((value) => Math.round(value * 100) / 100),
    ]),
  ),
};
const width = Math.max(...[...samples.keys()].map((name) => name.length));
process.stdout.write(`| ${'measured'.padEnd(width)} | median | lowest | highest |\n| ${'-'.repeat(width)} | --- | --- | --- |\n`);
for (const [name, value] of Object.entries(report.medians)) {
  process.stdout.write(`| ${name.padEnd(width)} | ${value} | ${report.ranges[name]?.join(' | ')} |\n`);
}
process.stdout.write(`\n${JSON.stringify(report, null, 2)}\n`);
