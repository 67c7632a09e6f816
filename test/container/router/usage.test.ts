import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defaultLimits, defaultTiming } from '../../../container/router/options.ts';
import type { RouteRecord } from '../../../container/router/ports.ts';
import { UsageCounter } from '../../../container/router/usage-counter.ts';
import type { UsageBatch } from '../../../core/usage-record.ts';
import { propertyLimits } from '../../property-limits.ts';
import { collect, countsOf, echo, eventually, open, post, type RouterFixture, startRouter, toolCall } from './fixture.ts';

/** A sink that applies each batch id once, and fails as it is told: before it applied the batch, or after. */
function createSink(outcomes: ('ok' | 'lost' | 'applied but lost')[]) {
  const applied = new Map<string, UsageBatch>();
  return {
    applied,
    attempts: 0,
    async apply(batch: UsageBatch) {
      this.attempts += 1;
      const outcome = outcomes.shift() ?? 'ok';
      if (outcome === 'lost') throw new Error('down');
      const before = applied.get(batch.batchId);
      if (before === undefined) applied.set(batch.batchId, structuredClone(batch));
      else expect(batch).toEqual(before);
      if (outcome === 'applied but lost') throw new Error('connection lost');
    },
  };
}

describe('counting', () => {
  let fixture: RouterFixture;
  beforeEach(async () => {
    fixture = await startRouter({ timing: { usageFlushMs: 50 } });
  });
  afterEach(() => fixture.close());

  it('counts each tools/call for instance, workspace, tool and minute, and nothing else', async () => {
    const instance = await fixture.addInstance(echo);
    const other = await fixture.addInstance(echo);
    const url = fixture.url(instance, 'mcp');
    for (let index = 0; index < 5; index += 1) await post(url, instance.token, toolCall(index, index % 2 === 0 ? 'a' : 'b'));
    await post(fixture.url(other, 'mcp'), other.token, toolCall(1, 'a'));
    await post(url, instance.token, { jsonrpc: '2.0', id: 1, method: 'tools/list' });
    await post(url, instance.token, { jsonrpc: '2.0', method: 'tools/call', params: { name: 'a' } });
    await post(url, undefined, toolCall(1, 'a'));
    await post(url, other.token, toolCall(1, 'a'));
    await eventually(() => fixture.batches.length > 0, 'a batch');
    await fixture.router.close({ deadlineMs: 500 });
    expect(countsOf(fixture.batches, instance.id)).toEqual({ a: [3, 0], b: [2, 0] });
    expect(countsOf(fixture.batches, other.id)).toEqual({ a: [1, 0] });
    const record = fixture.batches[0]?.records[0];
    expect(record).toMatchObject({ workspaceId: instance.workspaceId });
    expect(record?.minute).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z$/);
    expect(new Set(fixture.batches.map((batch) => batch.batchId)).size).toBe(fixture.batches.length);
  });

  it('counts an error where the answer is a JSON-RPC error, a result marked as one, a failure status or none', async () => {
    const instance = await fixture.addInstance((request, response, body) => {
      const { id, params } = JSON.parse(body);
      const error = { jsonrpc: '2.0', id, error: { code: -32602, message: 'no' } };
      const ok = {
        jsonrpc: '2.0',
        id,
        result: { isError: false, error: { isError: true, id }, content: [{ text: '"error":1,"isError":true' }] },
      };
      const failed = { jsonrpc: '2.0', id, result: { content: [{ text: '{}' }], isError: true } };
      if (params.name === 'lost') request.socket.destroy();
      else if (params.name === 'status') response.writeHead(500).end();
      else if (params.name === 'streamed') {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(`data: ${JSON.stringify(error)}\n\n`);
      } else {
        response.writeHead(200, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify({ error, failed, ok }[params.name as 'ok']));
      }
    });
    for (const tool of ['ok', 'failed', 'error', 'streamed', 'status', 'lost']) {
      await post(fixture.url(instance, 'mcp'), instance.token, toolCall(tool, tool)).catch(() => undefined);
    }
    await fixture.router.close({ deadlineMs: 500 });
    expect(countsOf(fixture.batches, instance.id)).toEqual({
      ok: [1, 0],
      failed: [1, 1],
      error: [1, 1],
      streamed: [1, 1],
      status: [1, 1],
      lost: [1, 1],
    });
  });

  it('counts each call of a batch, and their errors apart', async () => {
    const instance = await fixture.addInstance((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end('[{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","id":"1","error":{"code":1,"message":""}}]');
    });
    await post(fixture.url(instance, 'mcp'), instance.token, [toolCall(1, 'a'), toolCall('1', 'b')]);
    await fixture.router.close({ deadlineMs: 500 });
    expect(countsOf(fixture.batches, instance.id)).toEqual({ a: [1, 0], b: [1, 1] });
  });

  it('does not blame the instance where the client left', async () => {
    const instance = await fixture.addInstance(() => {});
    const controller = new AbortController();
    const url = fixture.url(instance, 'mcp');
    const call = open(url, { method: 'POST', token: instance.token, body: toolCall(1, 'a'), signal: controller.signal });
    await eventually(() => instance.seen.length === 1, 'the call to arrive');
    controller.abort();
    await expect(call).rejects.toThrow();
    await eventually(() => fixture.router.metrics().includes('open_requests 0\n'), 'the end');
    await fixture.router.close({ deadlineMs: 500 });
    expect(countsOf(fixture.batches, instance.id)).toEqual({ a: [1, 0] });
  });

  it('keeps made-up tool names out of the records', async () => {
    const instance = await fixture.addInstance(echo);
    const url = fixture.url(instance, 'mcp');
    for (const name of ['x'.repeat(500), 'x'.repeat(65), 'a b', '', 'drop\u0000', 'UPPER', 'a/b', 7, null]) {
      await post(url, instance.token, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } });
    }
    await post(url, instance.token, { jsonrpc: '2.0', id: 1, method: 'tools/call' });
    await fixture.router.close({ deadlineMs: 500 });
    expect(countsOf(fixture.batches, instance.id)).toEqual({ '(other)': [10, 0] });
  });
});

describe('traffic', () => {
  afterEach(() => void vi.useRealTimers());

  it('is counted for the tool, for other messages, and for streams with their seconds', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const fixture = await startRouter();
    const instance = await fixture.addInstance((request, response, body) => {
      if (request.method === 'GET')
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(`: ${'x'.repeat(500)}\n\n`);
      else echo(request, response, body);
    });
    const url = fixture.url(instance, 'mcp');
    const stream = collect(await open(url, { token: instance.token }));
    await stream.waitFor('xxx');
    const call = toolCall(1, 'a');
    const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
    const [called, listed] = [await post(url, instance.token, call), await post(url, instance.token, list)];
    vi.advanceTimersByTime(1_100);
    await fixture.router.close({ deadlineMs: 500 });
    const sumOf = (tool: string) => {
      const records = fixture.batches.flatMap((batch) => batch.records).filter((record) => record.tool === tool);
      const sum = (name: 'bytesIn' | 'bytesOut' | 'streamSeconds') =>
        records.reduce((total, record) => total + (record[name] ?? 0), 0);
      return { bytesIn: sum('bytesIn'), bytesOut: sum('bytesOut'), streamSeconds: sum('streamSeconds') };
    };
    expect(sumOf('a')).toMatchObject({ bytesIn: JSON.stringify(call).length, streamSeconds: 0 });
    expect(sumOf('a').bytesOut).toBeGreaterThan(called.text.length);
    expect(sumOf('a').bytesOut).toBeLessThan(called.text.length + 600);
    expect(sumOf('(protocol)').bytesIn).toBe(JSON.stringify(list).length);
    expect(sumOf('(protocol)').bytesOut).toBeGreaterThan(listed.text.length);
    expect(sumOf('(stream)')).toMatchObject({ bytesIn: 0, streamSeconds: 1 });
    expect(sumOf('(stream)').bytesOut).toBeGreaterThan(500);
    expect(sumOf('(stream)').bytesOut).toBeLessThan(1_500);
    await fixture.close();
  });
});

describe('a stream that stands', () => {
  afterEach(() => void vi.useRealTimers());

  /** How long streams stand is up to the test. */
  const opened = async (streamUsageMs: number) => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const fixture = await startRouter({ timing: { usageFlushMs: 20, streamUsageMs } });
    const instance = await fixture.addInstance((request, response, body) => {
      if (request.method === 'GET') response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': begun\n\n');
      else echo(request, response, body);
    });
    const url = fixture.url(instance, 'mcp');
    const controller = new AbortController();
    const stream = collect(await open(url, { token: instance.token, signal: controller.signal }));
    await stream.waitFor('begun');
    const recordsOf = (tool: string) =>
      fixture.batches.flatMap(({ records }) => records).filter((record) => record.tool === tool);
    const seconds = () => recordsOf('(stream)').reduce((sum, { streamSeconds = 0 }) => sum + streamSeconds, 0);
    return { ...{ fixture, instance, url, controller, recordsOf, seconds } };
  };

  it('is counted at an interval of its own while calls are handed over at theirs', async () => {
    const { fixture, instance, url, recordsOf, seconds } = await opened(1_000);
    for (let number = 0; number < 5; number += 1) {
      await post(url, instance.token, toolCall(number, 'a'));
      await eventually(() => recordsOf('a').reduce((sum, { calls }) => sum + calls, 0) === number + 1, 'the call to be told of');
    }
    expect(recordsOf('(stream)')).toEqual([]);
    for (const count of [1, 2]) {
      vi.advanceTimersByTime(1_000);
      await eventually(() => seconds() === count, `${count} seconds to be told of`);
      const handOvers = fixture.batches.length;
      await post(url, instance.token, toolCall(count, 'b'));
      await eventually(() => fixture.batches.length > handOvers, 'the next hand-over');
      expect(recordsOf('(stream)')).toHaveLength(count);
    }
    await fixture.close();
  });

  it.each(['the end of the stream', 'the end of the router'])('is counted in full at %s', async (end) => {
    const { fixture, instance, url, controller, recordsOf, seconds } = await opened(15 * 60_000);
    vi.advanceTimersByTime(1_600);
    const handOvers = fixture.batches.length;
    await post(url, instance.token, toolCall(1, 'a'));
    await eventually(() => fixture.batches.length > handOvers, 'a hand-over');
    expect(recordsOf('(stream)')).toEqual([]);
    if (end === 'the end of the stream') controller.abort();
    else await fixture.router.close({ deadlineMs: 500 });
    await eventually(() => seconds() >= 1, 'the seconds to be told of');
    expect(recordsOf('(stream)')).toHaveLength(1);
    await fixture.close();
  });
});

describe('a router that is killed', () => {
  afterEach(() => void vi.useRealTimers());

  it('loses what it counted in its last interval at most, and nothing is counted twice, whatever the sink does', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ call: fc.constantFrom('a', 'b'), fails: fc.boolean() }) },
      { weight: 4, arbitrary: fc.record({ waitMs: fc.integer({ min: 1, max: 9_000 }) }) },
      { weight: 1, arbitrary: fc.constant('kill' as const) },
    );
    const outcome = fc.constantFrom('ok' as const, 'ok' as const, 'lost' as const, 'applied but lost' as const, 'hangs' as const);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.array(outcome, { maxLength: 12 }), async (steps, outcomes) => {
        vi.useFakeTimers({ now: Date.parse('2026-11-22T08:41:30Z') });
        const sink = createSink([]);
        const hanging = {
          lastFailureAt: Number.NEGATIVE_INFINITY,
          apply: (batch: UsageBatch) => {
            const next = outcomes.shift() ?? 'ok';
            if (next !== 'ok') hanging.lastFailureAt = Date.now();
            if (next === 'hangs') return new Promise<void>(() => {});
            const given = createSink([next]);
            for (const [id, known] of sink.applied) given.applied.set(id, known);
            const applied = given.apply(batch);
            for (const [id, known] of given.applied) sink.applied.set(id, known);
            return applied;
          },
        };
        const timing = { ...defaultTiming, usageSinkTimeoutMs: 1_000 };
        let counter = new UsageCounter(hanging, defaultLimits, timing);
        let made = 0;
        /** Calls of the running counter, by time. */
        let present: number[] = [];
        let mayBeLost = 0;
        const sumOf = () =>
          [...sink.applied.values()].flatMap((batch) => batch.records).reduce((sum, record) => sum + record.calls, 0);
        for (const each of steps) {
          if (each === 'kill') {
            const since = Math.max(Date.now() - 10_000, 0);
            const isSinkWell = Date.now() - hanging.lastFailureAt > 10_000;
            mayBeLost += isSinkWell ? present.filter((at) => at >= since).length : present.length;
            vi.clearAllTimers();
            counter = new UsageCounter(hanging, defaultLimits, timing);
            present = [];
          } else if ('waitMs' in each) await vi.advanceTimersByTimeAsync(each.waitMs);
          else {
            made += 1;
            present.push(Date.now());
            const call = counter.called('ins_1', 'ws_1', each.call);
            if (each.fails) counter.failed(call);
          }
          expect(sumOf()).toBeLessThanOrEqual(made);
        }
        outcomes.length = 0;
        await vi.advanceTimersByTimeAsync(20_000);
        expect(counter.pendingRecords).toBe(0);
        expect(made - sumOf()).toBeLessThanOrEqual(mayBeLost);
        vi.clearAllTimers();
      }),
      { numRuns: 100, ...propertyLimits(30_000) },
    );
  });
});

describe('a call that is made again because its process died', () => {
  it('is counted once', async () => {
    const fixture = await startRouter({ timing: { arrivalWaitMs: 20_000, arrivalPollMs: 5 } });
    const instance = await fixture.addInstance(() => {});
    const call = post(fixture.url(instance, 'mcp'), instance.token, toolCall(1));
    await eventually(() => instance.seen.length === 1, 'the call to arrive');
    const successor = await fixture.addInstance(echo, instance.workspaceId);
    const { address, accessToken } = fixture.routes.get(successor.id) as RouteRecord;
    fixture.routes.set(instance.id, { instanceId: instance.id, workspaceId: instance.workspaceId, address, accessToken });
    await instance.kill();
    fixture.router.instanceGone(instance.id);
    expect((await call).status).toBe(200);
    expect(successor.seen).toHaveLength(1);
    await fixture.router.close({ deadlineMs: 500 });
    expect(countsOf(fixture.batches, instance.id)).toEqual({ campaigns_get_all: [1, 0] });
    await fixture.close();
  });
});

describe('handing counts over', () => {
  afterEach(() => void vi.useRealTimers());

  it('counts exactly the calls that were made, whatever the sink does', async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ call: fc.constantFrom('a', 'b', 'c'), fails: fc.boolean() }) },
      { weight: 2, arbitrary: fc.constant('flush' as const) },
      { weight: 1, arbitrary: fc.constant('next minute' as const) },
    );
    const outcome = fc.constantFrom('ok' as const, 'lost' as const, 'applied but lost' as const);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.array(outcome, { maxLength: 12 }), async (steps, outcomes) => {
        vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-22T08:41:30Z') });
        const sink = createSink(outcomes);
        const counter = new UsageCounter(sink, defaultLimits, defaultTiming);
        const expected: Record<string, [number, number]> = {};
        for (const each of steps) {
          if (each === 'flush') await counter.flush();
          else if (each === 'next minute') vi.setSystemTime(Date.now() + 60_000);
          else {
            const call = counter.called('ins_1', 'ws_1', each.call);
            const key = `${call.minute} ${each.call}`;
            const [calls, errors] = expected[key] ?? [0, 0];
            expected[key] = [calls + 1, errors + (each.fails ? 1 : 0)];
            if (each.fails) counter.failed(call);
          }
        }
        outcomes.length = 0;
        expect(await counter.close(1_000)).toBe(true);
        const counted: Record<string, [number, number]> = {};
        for (const record of [...sink.applied.values()].flatMap((batch) => batch.records)) {
          const key = `${record.minute} ${record.tool}`;
          const [calls, errors] = counted[key] ?? [0, 0];
          counted[key] = [calls + record.calls, errors + record.errors];
        }
        expect(counted).toEqual(expected);
      }),
      { numRuns: 200, ...propertyLimits(30_000) },
    );
  });

  it('holds a bounded number of records while the sink is down, and loses no call', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-22T08:41:30Z') });
    const outcomes: 'lost'[] = Array.from({ length: 500 }, () => 'lost');
    const sink = createSink(outcomes);
    const counter = new UsageCounter(sink, { ...defaultLimits, maxUsageRecords: 100 }, defaultTiming);
    for (let minute = 0; minute < 400; minute += 1) {
      vi.setSystemTime(Date.now() + 60_000);
      for (const tool of ['a', 'b', 'c']) counter.called('ins_1', 'ws_1', tool);
      await counter.flush();
      expect(counter.pendingRecords).toBeLessThan(210);
    }
    outcomes.length = 0;
    expect(await counter.close(1_000)).toBe(true);
    expect(countsOf([...sink.applied.values()], 'ins_1')).toEqual({ a: [400, 0], b: [400, 0], c: [400, 0] });
  });

  it('bounds the tools of one instance', async () => {
    const sink = createSink([]);
    const counter = new UsageCounter(sink, defaultLimits, defaultTiming);
    for (let index = 0; index < 1_000; index += 1) counter.called('ins_1', 'ws_1', `tool_${index}`);
    expect(counter.pendingRecords).toBe(257);
    await counter.close(1_000);
    expect(countsOf([...sink.applied.values()], 'ins_1')['(other)']).toEqual([744, 0]);
  });

  it('makes few records of a client that makes up names over many flushes', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-22T08:41:00Z') });
    const sink = createSink([]);
    const counter = new UsageCounter(sink, defaultLimits, defaultTiming);
    for (let name = 0; name < 10_000; name += 1) {
      counter.called('ins_1', 'ws_1', `tool_${name}`);
      if (name % 50 === 49) {
        await counter.flush();
        vi.setSystemTime(Date.now() + 500);
      }
    }
    await counter.close(1_000);
    const records = [...sink.applied.values()].flatMap((batch) => batch.records);
    const rows = Map.groupBy(records, ({ minute }) => minute);
    for (const ofMinute of rows.values()) expect(new Set(ofMinute.map(({ tool }) => tool)).size).toBeLessThanOrEqual(257);
    expect(new Set(records.map(({ tool }) => tool)).size).toBe(257);
    expect(records.reduce((sum, { calls }) => sum + calls, 0)).toBe(10_000);
  });

  it('counts new names again in the next hour', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-22T08:59:00Z') });
    const sink = createSink([]);
    const counter = new UsageCounter(sink, defaultLimits, defaultTiming);
    for (let name = 0; name < 300; name += 1) counter.called('ins_1', 'ws_1', `made_up_${name}`);
    vi.setSystemTime(Date.now() + 60_000);
    expect(counter.called('ins_1', 'ws_1', 'campaigns_get_all').tool).toBe('campaigns_get_all');
    await counter.close(1_000);
  });

  it('sends a batch again under its id where the sink did not answer in time', async () => {
    const seen: string[] = [];
    const sink = {
      apply: (batch: UsageBatch) => {
        seen.push(batch.batchId);
        return seen.length === 1 ? new Promise<void>(() => {}) : Promise.resolve();
      },
    };
    const counter = new UsageCounter(sink, defaultLimits, { ...defaultTiming, usageSinkTimeoutMs: 30 });
    counter.called('ins_1', 'ws_1', 'a');
    expect(await counter.flush()).toBe(false);
    expect(await counter.flush()).toBe(true);
    expect(seen[0]).toBe(seen[1]);
    await counter.close(100);
  });
});
