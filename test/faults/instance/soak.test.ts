import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openClient, type TransportName } from '../../bench/instance/clients.ts';
import { memoryOf } from '../../bench/instance/process-memory.ts';
import { callTool, connectClient } from '../../container/instance/start-instance.ts';
import { scaled } from '../scale.ts';
import { openWorkbench, type Workbench } from './instance-process.ts';

/** A quick one with the other tests; SOAK_MS for one of a day. */
const soakMs = Number(process.env.SOAK_MS ?? scaled(8_000, 60_000));
let bench: Workbench;

beforeAll(async () => {
  bench = await openWorkbench();
});
afterEach(() => bench.endAll());
afterAll(() => bench.close());

it(
  `clients that come, call and vanish for ${soakMs / 1000} s leave memory and sessions as they were`,
  async () => {
    const server = await bench.serve();
    const { port, pid } = server;
    bench.stub.answer = () => ({ body: Array.from({ length: 20 }, (_, id) => ({ id, name: 'Grüße 🚀' })) });
    const transports: TransportName[] = ['HTTP+SSE', 'Streamable HTTP 2025-11-25', 'Streamable HTTP 2026-07-28'];
    let calls = 0;
    const churn = async (until: number, lane: number) => {
      for (let visit = lane; performance.now() < until; visit += 1) {
        const client = await openClient[transports[visit % 3] as TransportName]({ port, tool: 'campaigns_get_all', lanes: 1 });
        for (let call = 0; call < 5; call += 1) await client.call(0);
        calls += 5;
        // Sessions that nobody ends live on for their time, which is the business of another test.
        await client.leave();
      }
    };
    const churnFor = (ms: number) => {
      const until = performance.now() + ms;
      return Promise.all(Array.from({ length: 6 }, (_, lane) => churn(until, lane)));
    };
    await churnFor(Math.min(5_000, soakMs / 3));
    bench.stub.requests.length = 0;
    const before = memoryOf(pid);
    const halves: number[] = [];
    for (let part = 0; part < 4; part += 1) {
      await churnFor(soakMs / 6);
      bench.stub.requests.length = 0;
      halves.push(memoryOf(pid).rssMebibytes);
    }
    await expect.poll(() => server.metric('smartlead_mcp_sessions'), { timeout: 15_000 }).toBe(0);
    expect(calls).toBeGreaterThan(100);
    expect(memoryOf(pid).processes).toBe(1);
    expect(Math.min(...halves.slice(2))).toBeLessThan(before.rssMebibytes + 16);
    const client = await connectClient(server.url);
    expect(await callTool(client, 'campaigns_get_all')).toMatchObject({ isError: false });
    await client.close();
    expect(server.stderr()).not.toMatch(/Unhandled|Uncaught|failed inside/);
  },
  soakMs + 60_000,
);
