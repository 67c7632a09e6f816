/**
 * `npm run bench:instance`: one MCP server in numbers, beside supergateway (over our own stdio server, and over a plain one made with
 * the SDK) and a bare node:http server as the limit. All in one run, in turn, round by round: compare rows of one run, not runs.
 * Options: --json prints JSON, --write puts the table into docs/benchmarks.md. BENCH_QUICK=1 takes a minute; BENCH_ROUNDS and
 * BENCH_LOAD_MS change the number of rounds and the length of each load. Ends with exit code 1 where a goal is missed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadClient, openClient, openHttpSse, openSessions2025, type TransportName } from './instance/clients.ts';
import {
  lanes,
  measureEndurance,
  measureLoad,
  measureSessionMemory,
  measureStart,
  openBareClient,
  tool,
  withSubject,
} from './instance/measurements.ts';
import { memoryOf } from './instance/process-memory.ts';
import { atLeast, atMost, Samples, tableOf, withSection } from './instance/report.ts';
import {
  bareServer,
  collectingInstance,
  instance,
  type Subject,
  startUpstream,
  statefulSupergateway,
  supergatewayOverInstance,
  supergatewayOverPlain,
} from './instance/subjects.ts';
import { retryUntilUp } from './measure.ts';
import { root } from './programs.ts';

const quick = process.env.BENCH_QUICK === '1';
const rounds = Number(process.env.BENCH_ROUNDS ?? (quick ? 1 : 5));
const loadMs = Number(process.env.BENCH_LOAD_MS ?? (quick ? 1_000 : 3_000));
const warmUpMs = Math.min(1_500, loadMs);
const sessionCount = quick ? 100 : 500;
const endurance = quick
  ? { calls: 10_000, sessions: 500, patienceMs: 5_000 }
  : { calls: 100_000, sessions: 5_000, patienceMs: 150_000 };
const transports: TransportName[] = ['HTTP+SSE', 'Streamable HTTP 2025-11-25', 'Streamable HTTP 2026-07-28'];
const rivals: Subject[] = [supergatewayOverInstance, supergatewayOverPlain];
const samples = new Samples();
const say = (text: string) => process.stderr.write(`${text}\n`);

const upstream = await startUpstream();
try {
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}`);
    await measureStarts();
    await measureLoads();
  }
  compareWithBare();
  say('memory of sessions');
  await measureSessions();
  say('memory after many calls and sessions');
  await measureEnduranceOfInstance();
} finally {
  await upstream.stop();
}

const report = samples.report({ rounds, quick });
process.stdout.write(process.argv.includes('--json') ? `${JSON.stringify(report, null, 2)}\n` : tableOf(report));
if (process.argv.includes('--write')) {
  const page = join(root, 'docs/benchmarks.md');
  const section = { command: 'bench:instance', title: 'The instance' };
  writeFileSync(page, withSection(readFileSync(page, 'utf8'), report, section));
}
process.exitCode = report.rows.some(({ met }) => met === false) || report.missing.length > 0 ? 1 : 0;

async function measureStarts(): Promise<void> {
  for (const subject of [bareServer, instance, ...rivals]) {
    const { startMs, idle } = await measureStart(subject, upstream.environment);
    const what = subject === bareServer ? 'spawn to first answer, ms' : 'spawn to first tools/list over SSE, ms';
    const ours = subject === instance;
    samples.add(`${subject.name}: ${what}`, startMs, ours ? atMost(150, 'ms') : undefined);
    samples.add(`${subject.name}: idle, RSS in MiB`, idle.rssMebibytes, ours ? atMost(90, 'MiB') : undefined);
    samples.add(`${subject.name}: idle, PSS in MiB`, idle.pssMebibytes);
    samples.add(`${subject.name}: processes`, idle.processes, ours ? atMost(1, 'process') : undefined);
  }
}

function compareWithBare(): void {
  const times = samples.median('instance: spawn to first tools/list over SSE, ms');
  samples.add('start, instance / bare', times / samples.median('bare node:http: spawn to first answer, ms'), atMost(3, '×'));
  for (const rival of rivals) {
    const name = `${rival.name}: spawn to first tools/list over SSE, ms`;
    samples.add(`start, ${rival.name} / instance`, samples.median(name) / times);
    const calls = samples.median(`instance, HTTP+SSE: calls/s at ${lanes} in flight`);
    samples.add(
      `calls/s over SSE, instance / ${rival.name}`,
      calls / samples.median(`${rival.name}, HTTP+SSE: calls/s at ${lanes} in flight`),
    );
  }
}

async function measureLoads(): Promise<void> {
  await withSubject(bareServer, {}, async ({ port }) => {
    await record(bareServer.name, await retryUntilUp(() => openBareClient(port)), false);
  });
  await withSubject(instance, upstream.environment, async ({ port }) => {
    for (const transport of transports) {
      const name = `${instance.name}, ${transport}`;
      try {
        await record(name, await retryUntilUp(() => openClient[transport]({ port, tool, lanes }), 3_000), true);
      } catch (error) {
        samples.miss(name, (error as Error).message);
      }
    }
  });
  for (const rival of rivals) {
    await withSubject(rival, upstream.environment, async ({ port }) => {
      await record(`${rival.name}, HTTP+SSE`, await retryUntilUp(() => openHttpSse({ port, tool, lanes })), false);
    });
  }
}

async function record(name: string, client: Pick<LoadClient, 'call' | 'drop'>, ours: boolean): Promise<void> {
  const { callsPerSecond, p50Ms, p99Ms } = await measureLoad(client, loadMs, warmUpMs);
  client.drop();
  samples.add(`${name}: calls/s at ${lanes} in flight`, callsPerSecond, ours ? atLeast(5_000, 'calls/s') : undefined);
  samples.add(`${name}: p50 in ms`, p50Ms, ours ? atMost(2, 'ms') : undefined);
  samples.add(`${name}: p99 in ms`, p99Ms);
}

async function measureSessions(): Promise<void> {
  for (const transport of transports) {
    const name = `instance, ${transport}: KiB for each further session, of ${sessionCount}`;
    // Each in a process of its own: sessions would take the memory that those of the transport before have left.
    await withSubject(collectingInstance, upstream.environment, async (running) => {
      try {
        // The first connections are made while the server still starts.
        await retryUntilUp(async () => (await openClient[transport]({ port: running.port, tool, lanes: 1 })).leave(), 5_000);
        samples.add(name, await measureSessionMemory(running, transport, sessionCount), atMost(50, 'KiB'));
      } catch (error) {
        samples.miss(name, (error as Error).message);
      }
    });
  }
  const few = quick ? 3 : 10;
  await withSubject(statefulSupergateway, upstream.environment, async ({ pid, port }) => {
    const open = () => openSessions2025({ port, tool, lanes: 1 }, { standalone: false });
    const clients = [await retryUntilUp(open)];
    const one = memoryOf(pid);
    while (clients.length <= few) {
      const client = await open();
      await client.call(0);
      clients.push(client);
    }
    const many = memoryOf(pid);
    samples.add(
      `${statefulSupergateway.name}: KiB (PSS) for each further session, of ${few}`,
      ((many.pssMebibytes - one.pssMebibytes) * 1024) / few,
    );
    for (const client of clients) client.drop();
  });
}

async function measureEnduranceOfInstance(): Promise<void> {
  await withSubject(collectingInstance, upstream.environment, async (running) => {
    await retryUntilUp(async () => (await openHttpSse({ port: running.port, tool, lanes: 1 })).drop());
    const { before, after, sessionsLeft } = await measureEndurance(running, endurance);
    const amount = `${endurance.calls.toLocaleString('en')} calls and ${endurance.sessions.toLocaleString('en')} sessions`;
    samples.add('instance: RSS before, MiB', before.rssMebibytes);
    samples.add(`instance: RSS after ${amount}, MiB`, after.rssMebibytes);
    const growth = (after.rssMebibytes / before.rssMebibytes - 1) * 100;
    samples.add('instance: growth, %', growth, atMost(10, '%'));
    samples.add('instance: sessions still known, a record each', sessionsLeft);
  });
}
