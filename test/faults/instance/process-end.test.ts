import { spawn } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { drainMs } from '../../../container/instance/process-lifetime.ts';
import { openSessions2025 } from '../../bench/instance/clients.ts';
import { openStream, rawRequest } from '../../container/instance/raw-http.ts';
import { callTool, connectClient, token } from '../../container/instance/start-instance.ts';
import { isAlive } from '../../e2e/process-tree.ts';
import { apiKey, openWorkbench, type Workbench } from './instance-process.ts';

const never = new Promise<never>(() => undefined);
let bench: Workbench;
const left = new Set<number>();

beforeAll(async () => {
  bench = await openWorkbench();
});
afterEach(() => {
  bench.endAll();
  for (const pid of left) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  left.clear();
  bench.stub.answer = () => ({});
});
afterAll(() => bench.close());

/** A parent that starts an instance with pipes, as launchers and desktop clients do, passes its output on and then only waits. */
const parentProgram = `
  const { spawn } = require('node:child_process');
  const { program, commandLine, line, environment } = JSON.parse(process.argv[1]);
  const child = spawn(program, commandLine, { stdio: ['pipe', 'inherit', 'inherit'], env: environment });
  process.stderr.write('child ' + child.pid + '\\n');
  child.stdin.write(line);
  setInterval(() => {}, 1000);
`;

async function startUnderParent(command: string[], line: string, environment: Record<string, string>) {
  const flags = ['--permission', `--allow-fs-read=${bench.built.folder}`];
  const start = {
    program: process.execPath,
    commandLine: [...flags, `${bench.built.folder}/main.js`, ...command],
    line,
    environment,
  };
  const parent = spawn(process.execPath, ['--eval', parentProgram, JSON.stringify(start)], { stdio: ['ignore', 'pipe', 'pipe'] });
  if (parent.pid !== undefined) left.add(parent.pid);
  let output = '';
  for (const stream of [parent.stdout, parent.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
  }
  const waitFor = async (pattern: RegExp) => {
    await expect.poll(() => output, { timeout: 20_000 }).toMatch(pattern);
    return pattern.exec(output)?.[1] ?? '';
  };
  const pid = Number(await waitFor(/child (\d+)/));
  left.add(pid);
  return { parent, pid, waitFor };
}

describe('kill -9 of the parent (PEERS 3)', () => {
  it('a managed instance ends at once, with a stream open and a call running', async () => {
    const settings = {
      instanceId: 'ins_01k8z3x5v7c9b2n4m6q8r0t2w4',
      mode: 'both',
      policy: 'read-only',
      smartleadApiKey: apiKey,
      accessToken: token,
      smartleadHosts: bench.stub.hosts,
      rateLimit: 'off',
    };
    const { parent, pid, waitFor } = await startUnderParent(['serve', '--managed'], `${JSON.stringify(settings)}\n`, {});
    const url = `http://127.0.0.1:${await waitFor(/"port":(\d+)/)}`;
    bench.stub.answer = () => ({ until: never });
    const sentBefore = bench.stub.requests.length;
    const stream = await openStream(`${url}/sse`, { headers: { authorization: `Bearer ${token}` } });
    const client = await connectClient(url);
    const call = callTool(client, 'campaigns_get_all').catch(() => 'cut');
    await expect.poll(() => bench.stub.requests.length).toBe(sentBefore + 1);
    parent.kill('SIGKILL');
    // Sooner than it would be done with waiting for the call.
    await expect.poll(() => isAlive(pid), { timeout: drainMs - 2_000 }).toBe(false);
    await stream.ended;
    await client.close();
    expect(await call).toBe('cut');
  });

  it('a stdio server ends, also while a call runs', async () => {
    const answers = Promise.withResolvers<void>();
    bench.stub.answer = () => ({ until: answers.promise, body: [] });
    const call = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"campaigns_get_all"}}\n';
    const sentBefore = bench.stub.requests.length;
    const { parent, pid } = await startUnderParent(['stdio'], call, bench.environment);
    await expect.poll(() => bench.stub.requests.length, { timeout: 15_000 }).toBeGreaterThan(sentBefore);
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(parent.pid as number), { timeout: 15_000 }).toBe(false);
    answers.resolve();
    await expect.poll(() => isAlive(pid), { timeout: 15_000 }).toBe(false);
  });
});

describe('SIGTERM under load', () => {
  it('answers every call that runs, takes no new one, and ends with exit code 0', async () => {
    const server = await bench.serve();
    bench.stub.answer = () => ({ delayMs: 300, body: [{ id: 1 }] });
    const clients = await Promise.all(
      Array.from({ length: 4 }, () =>
        openSessions2025({ port: server.port, tool: 'campaigns_get_all', lanes: 4 }, { standalone: true }),
      ),
    );
    const sentBefore = bench.stub.requests.length;
    let answered = 0;
    const lane = async (client: (typeof clients)[number], number: number) => {
      for (;;) {
        try {
          await client.call(number);
          answered += 1;
        } catch {
          // The door is closed.
          return;
        }
      }
    };
    const lanes = clients.flatMap((client) => [0, 1, 2, 3].map((number) => lane(client, number)));
    await expect.poll(() => answered).toBeGreaterThan(lanes.length);
    const before = answered;
    server.process.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    await Promise.all(lanes);
    expect(answered).toBeGreaterThan(before);
    // What was taken in and reached Smartlead has been answered: all of it.
    expect(answered).toBe(bench.stub.requests.length - sentBefore);
    for (const client of clients) client.drop();
  });

  it('a second signal ends it at once', async () => {
    const server = await bench.serve();
    bench.stub.answer = () => ({ until: never });
    const client = await connectClient(server.url);
    const sentBefore = bench.stub.requests.length;
    const call = callTool(client, 'campaigns_get_all').catch(() => 'cut');
    await expect.poll(() => bench.stub.requests.length).toBeGreaterThan(sentBefore);
    server.process.kill('SIGTERM');
    // Two that come before the first is taken notice of are one.
    await expect
      .poll(() => rawRequest(`${server.url}/healthz`).catch((error: NodeJS.ErrnoException) => error.code))
      .toBe('ECONNREFUSED');
    server.process.kill('SIGTERM');
    expect(await server.ended).toBe(1);
    await client.close();
    expect(await call).toBe('cut');
  });
});
