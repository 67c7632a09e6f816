import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openSessions2025 } from '../../bench/instance/clients.ts';
import { HttpConnection } from '../../bench/instance/http-connection.ts';
import { memoryOf } from '../../bench/instance/process-memory.ts';
import { callTool, connectClient } from '../../container/instance/start-instance.ts';
import { descendants } from '../../e2e/process-tree.ts';
import { scaled } from '../scale.ts';
import { type InstanceProcess, openWorkbench, type Workbench } from './instance-process.ts';

let bench: Workbench;
const tool = 'campaigns_get_all';

beforeAll(async () => {
  bench = await openWorkbench();
});
afterEach(() => bench.endAll());
afterAll(() => bench.close());

async function expectQuiet(server: InstanceProcess): Promise<void> {
  await expect.poll(() => server.metric('smartlead_mcp_tool_calls_in_progress'), { timeout: 15_000 }).toBe(0);
  expect(descendants(server.pid)).toEqual([]);
  expect(server.stderr()).not.toMatch(/Unhandled|Uncaught|failed inside/);
}

describe('clients that leave (PEERS 2)', () => {
  it(`${scaled(3_000, 10_000).toLocaleString('en')} calls, a fifth of them cut in the middle: no process more, no memory more, nothing left running`, {
    timeout: 120_000,
  }, async () => {
    const server = await bench.serve();
    const { port, pid } = server;
    bench.stub.answer = () => ({ body: [{ id: 1, name: 'x'.repeat(200) }], delayMs: 1 });
    const run = async (calls: number) => {
      const client = await openSessions2025({ port, tool, lanes: 8 }, { standalone: false });
      let left = calls;
      const lane = async (number: number) => {
        while (left > 0) {
          left -= 1;
          if (left % 5 === 0) await cutCall(port, left % 3);
          else await client.call(number);
        }
      };
      await Promise.all(Array.from({ length: 8 }, (_, number) => lane(number)));
      await client.leave();
    };
    // A server that has just started still grows into what it keeps.
    await run(2_000);
    bench.stub.requests.length = 0;
    const before = memoryOf(pid);
    await run(scaled(3_000, 10_000));
    bench.stub.requests.length = 0;
    await expectQuiet(server);
    const after = memoryOf(pid);
    expect(after.processes).toBe(1);
    expect(after.rssMebibytes).toBeLessThan(before.rssMebibytes + 16);
  });
});

const initialize =
  '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"cut","version":"0"}}}';
const sessionOfCutCalls = new Map<number, Promise<string>>();

/** Begins a call on a connection of its own and leaves after so many milliseconds. */
async function cutCall(port: number, afterMs: number): Promise<void> {
  const head =
    'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n';
  const connection = await HttpConnection.open(port);
  if (!sessionOfCutCalls.has(port)) {
    const opened = connection.exchange(`${head}Content-Length: ${initialize.length}\r\n\r\n${initialize}`);
    sessionOfCutCalls.set(
      port,
      opened.then((answer) => /mcp-session-id: *([\w-]+)/i.exec(answer.head)?.[1] ?? ''),
    );
  }
  const session = await sessionOfCutCalls.get(port);
  lastCutId += 1;
  const body = `{"jsonrpc":"2.0","id":${lastCutId},"method":"tools/call","params":{"name":"${tool}","arguments":{}}}`;
  const answer = connection.exchange(`${head}Mcp-Session-Id: ${session}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  answer.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  connection.close();
}
let lastCutId = 100;

describe('a Smartlead that does not answer', () => {
  it('keeps nobody else waiting, and a call that is given up is over at once', async () => {
    const server = await bench.serve();
    bench.stub.answer = ({ path }) =>
      path.includes('fetch-categories') ? { until: new Promise(() => undefined) } : { body: [{ id: 1, name: 'quick' }] };
    const slow = await connectClient(server.url);
    const giveUp = new AbortController();
    const waiting = Array.from({ length: 20 }, () =>
      slow.callTool({ name: 'leads_categories', arguments: {} }, undefined, { signal: giveUp.signal }).catch(() => 'given up'),
    );
    await expect.poll(() => bench.stub.requests.filter(({ path }) => path.includes('fetch-categories')).length).toBe(20);
    const quick = await connectClient(server.url);
    for (let call = 0; call < 150; call += 1) expect(await callTool(quick, tool)).toMatchObject({ isError: false });
    expect(await server.metric('smartlead_mcp_tool_calls_in_progress')).toBe(20);
    giveUp.abort();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['given up']));
    await expectQuiet(server);
    await Promise.all([slow.close(), quick.close()]);
  });
});

describe('a storm of 429', () => {
  it('answers every call, repeats no write and few reads, says when to come back, and recovers by itself', async () => {
    const server = await bench.serve({ commandLine: ['--policy', 'full', '--allow', 'send,destroy,spend,secrets'] });
    const sentBefore = bench.stub.requests.length;
    let storm = true;
    bench.stub.answer = () =>
      storm ? { status: 429, headers: { 'retry-after': '1' }, body: { error: 'Too many requests' } } : { body: [{ id: 1 }] };
    const clients = await Promise.all(Array.from({ length: 5 }, () => connectClient(server.url)));
    const calls = clients.flatMap((client, number) => [
      ...Array.from({ length: 6 }, () => callTool(client, tool)),
      callTool(client, 'campaigns_create', { name: `Storm ${number}` }),
    ]);
    const answers = await Promise.all(calls);
    storm = false;
    for (const { isError, value } of answers) {
      expect(isError).toBe(true);
      expect(value).toMatchObject({
        code: 'smartlead_rate_limited',
        retryable: expect.any(Boolean),
        nextStep: expect.any(String),
      });
      expect(value.retryAfter).toBeTypeOf('number');
    }
    const sent = bench.stub.requests.slice(sentBefore);
    expect(sent.filter(({ method }) => method === 'POST').length).toBeLessThanOrEqual(5);
    expect(sent.length).toBeLessThanOrEqual(30 * 3 + 5);
    const [client] = clients as [(typeof clients)[number]];
    await expect.poll(async () => (await callTool(client, tool)).isError, { timeout: 15_000 }).toBe(false);
    await expectQuiet(server);
    await Promise.all(clients.map((one) => one.close()));
  });
});
