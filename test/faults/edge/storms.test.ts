import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HttpConnection } from '../../bench/instance/http-connection.ts';
import { startUpstream } from '../../bench/instance/subjects.ts';
import { HeldStream } from '../../bench/router/held-stream.ts';
import {
  type ManagedInstance,
  type RunningRouter,
  startLoadGenerator,
  startManagedInstance,
  startRouter,
  startStreamHolder,
} from '../../bench/router/subjects.ts';
import { unlimited } from '../../bench/router/unlimited.ts';
import { descendants } from '../../e2e/process-tree.ts';
import { scaled } from '../scale.ts';

let smartleadUrl: string;
const running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  const upstream = await startUpstream();
  smartleadUrl = upstream.environment.SMARTLEAD_CORE_URL as string;
  return () => upstream.stop();
});
afterEach(async () => {
  for (const subject of running.splice(0).toReversed()) await subject.stop();
});

function started<Subject extends { stop(): Promise<void> }>(subject: Subject): Subject {
  running.push(subject);
  return subject;
}

const at = (router: RunningRouter, { instanceId, token }: ManagedInstance) => ({
  port: router.port,
  path: `/i/${instanceId}`,
  token,
});

describe('a storm of connections to one instance (PEERS 11)', () => {
  it('is served within its limits, and no call of another workspace fails', async () => {
    const stormed = started(await startManagedInstance(smartleadUrl));
    const other = started(await startManagedInstance(smartleadUrl));
    const router = started(await startRouter({ instances: [stormed, other] }));
    const storm = started(startStreamHolder());
    const generator = started(startLoadGenerator());
    const count = scaled(500, 5_000);
    // Every call has to be answered with a result: the generator fails where one is not. How fast it is, is for the benchmark to say.
    const [stormReport, calls] = await Promise.all([
      storm.run({ kind: 'open', targets: [at(router, stormed)], count, spreadMs: scaled(300, 3_000), atOnce: count }),
      generator.run({
        ...at(router, other),
        tool: 'leads_categories',
        lanes: 4,
        callsPerSecond: 80,
        warmUpMs: 0,
        durationMs: scaled(1_500, 6_000),
      }),
    ]);
    expect(calls.callsPerSecond).toBeGreaterThan(0);
    expect(stormReport.open).toBeGreaterThan(0);
    await expect.poll(async () => (await storm.run({ kind: 'report' })).open, { timeout: 20_000 }).toBeLessThanOrEqual(200);
    // The stormed instance itself is served again, too.
    const comeBack = async () => {
      const stream = await HeldStream.open(at(router, stormed));
      stream.close();
      return 'served';
    };
    await expect.poll(() => comeBack().catch(String), { timeout: 20_000 }).toBe('served');
  }, 60_000);
});

describe('calls that are given up (PEERS 2)', () => {
  it('thousands through the router, a fifth of them cut in the middle: no process more, no memory more', async () => {
    const instance = started(await startManagedInstance(smartleadUrl));
    const router = started(await startRouter({ instances: [instance], limits: unlimited }));
    const makeCalls = async (count: number) => {
      let left = count;
      const lane = async () => {
        let connection = await HttpConnection.open(router.port);
        while (left > 0) {
          left -= 1;
          if (left % 5 === 0) {
            connection.exchange(request(at(router, instance), left)).catch(() => undefined);
            await delay(left % 3);
            connection.close();
            connection = await HttpConnection.open(router.port);
          } else {
            const { status } = await connection.exchange(request(at(router, instance), left));
            if (status !== 200) throw new Error(`answered ${status}`);
          }
        }
        connection.close();
      };
      await Promise.all(Array.from({ length: 8 }, lane));
    };
    await makeCalls(scaled(800, 4_000));
    const before = await router.memory();
    await makeCalls(scaled(1_500, 10_000));
    const after = await router.memory();
    expect(after.rssMebibytes).toBeLessThan(before.rssMebibytes + 32);
    expect(after.heapMebibytes).toBeLessThan(before.heapMebibytes + 4);
    expect(descendants(router.pid)).toEqual([]);
    expect(descendants(instance.pid)).toEqual([]);
  }, 120_000);
});

/** A call of revision 2026-07-28, which needs no session. */
function request({ path, token }: { path: string; token: string }, id: number): string {
  const prefix = 'io.modelcontextprotocol/';
  const _meta = {
    [`${prefix}protocolVersion`]: '2026-07-28',
    [`${prefix}clientInfo`]: { name: 'faults', version: '1.0.0' },
    [`${prefix}clientCapabilities`]: {},
  };
  const params = { name: 'leads_categories', arguments: {}, _meta };
  const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params });
  return (
    `POST ${path}/mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n` +
    `Authorization: Bearer ${token}\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: leads_categories\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}
