import { afterEach, expect, it, vi } from 'vitest';
import { RouterMetrics } from '../../../container/router/metrics.ts';
import { defaultTiming } from '../../../container/router/options.ts';
import { StreamKeeper } from '../../../container/router/stream-keeper.ts';
import { collect, eventually, open, type RouterFixture, startRouter, toolCall } from './fixture.ts';

let fixture: RouterFixture;
afterEach(async () => {
  vi.useRealTimers();
  await fixture?.close();
});

const silence = { timing: { keepAliveMs: 150 } };
const keepAlives = () => Number(/keep_alives_total (\d+)/.exec(fixture.router.metrics())?.[1]);

/** How long a stream is silent, and whether it is looked at, is up to the test. */
async function startStill(): Promise<void> {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  fixture = await startRouter(silence);
}

it.each(['GET', 'POST'])('a silent stream opened by %s gets comments, and only as many as it needs', async (method) => {
  await startStill();
  const instance = await fixture.addInstance((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
  });
  const body = method === 'POST' ? { body: toolCall(1) } : {};
  const stream = collect(await open(fixture.url(instance, 'mcp'), { token: instance.token, method, ...body }));
  for (const count of [1, 2, 3]) {
    vi.advanceTimersByTime(130);
    expect(keepAlives()).toBe(count - 1);
    vi.advanceTimersByTime(10);
    expect(keepAlives()).toBe(count);
    await stream.waitFor(': keep-alive\n\n'.repeat(count));
  }
  expect(stream.text.replaceAll(': keep-alive\n\n', '')).toBe('');
});

it('a stream that says enough gets none', async () => {
  await startStill();
  let say = () => {};
  const instance = await fixture.addInstance((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    say = () => response.write('data: 1\n\n');
    say();
  });
  const stream = collect(await open(fixture.url(instance, 'mcp'), { token: instance.token }));
  for (let count = 1; count <= 12; count += 1) {
    await stream.waitFor('data: 1\n\n'.repeat(count));
    vi.advanceTimersByTime(100);
    say();
  }
  expect(keepAlives()).toBe(0);
  expect(stream.text).not.toContain('keep-alive');
});

it('a stream that falls silent in the middle of an event gets comments around it', async () => {
  fixture = await startRouter(silence);
  let say: (bytes: Buffer) => void = () => {};
  const instance = await fixture.addInstance((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    say = (bytes) => response.write(bytes);
    say(Buffer.from('data: 1\n\ndata: '));
  });
  const stream = collect(await open(fixture.url(instance, 'mcp'), { token: instance.token }));
  await stream.waitFor('data: 1\n\n: keep-alive\n\n');
  const emoji = Buffer.from('😀');
  say(emoji.subarray(0, 2));
  await stream.waitFor(': keep-alive\n\n: keep-alive\n\n');
  say(emoji.subarray(2));
  say(Buffer.from('\n'));
  await stream.waitFor(': keep-alive\n\n: keep-alive\n\n: keep-alive\n\n');
  say(Buffer.from('\n'));
  await stream.waitFor('data: 😀\n\n: keep-alive\n\n');
  expect(stream.text.replaceAll(': keep-alive\n\n', '')).toBe('data: 1\n\ndata: 😀\n\n');
});

it('compressed and plain answers are left alone', async () => {
  fixture = await startRouter(silence);
  const instance = await fixture.addInstance((request, response) => {
    const encoding = request.headers.accept === 'gzip' ? { 'Content-Encoding': 'gzip' } : {};
    const type = request.headers.accept === 'gzip' ? 'text/event-stream' : 'application/json';
    response.writeHead(200, { 'Content-Type': type, ...encoding });
    response.write('x');
    setTimeout(() => response.end('y'), 250);
  });
  for (const accept of ['gzip', 'json']) {
    const headers = { Accept: accept };
    const stream = collect(await open(fixture.url(instance, 'mcp'), { token: instance.token, headers }));
    await stream.waitForEnd();
    expect(stream.text).toBe('xy');
  }
});

it('by default no silence lasts longer than 15 s, and none shorter than 13 s is broken', () => {
  vi.useFakeTimers();
  const metrics = new RouterMetrics();
  let lastWriteAt = performance.now();
  const silences: number[] = [];
  const stream = {
    keepAlive(now: number, silenceMs: number) {
      if (now - lastWriteAt < silenceMs) return false;
      silences.push(now - lastWriteAt);
      lastWriteAt = now;
      return true;
    },
  };
  const keeper = new StreamKeeper(new Set([stream]), metrics, defaultTiming);
  vi.advanceTimersByTime(300);
  lastWriteAt = performance.now();
  vi.advanceTimersByTime(120_000);
  keeper.stop();
  expect(silences.length).toBeGreaterThanOrEqual(8);
  for (const silenceMs of silences) {
    expect(silenceMs).toBeGreaterThan(13_000);
    expect(silenceMs).toBeLessThanOrEqual(15_000);
  }
});

it('the streams of a token are limited: the oldest is closed with a hint when to come back', async () => {
  fixture = await startRouter({ limits: { maxStreamsPerToken: 2 }, timing: { retryHintMs: 3_000 } });
  let closed = 0;
  const instance = await fixture.addInstance((_request, response) => {
    response.on('close', () => {
      closed += 1;
    });
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
  });
  const other = fixture.addToken(instance);
  const streams = [];
  for (const token of [instance.token, other.token, instance.token, instance.token]) {
    const stream = collect(await open(fixture.url(instance, 'mcp'), { token }));
    await stream.waitFor('data: 1');
    streams.push(stream);
  }
  await streams[0]?.waitForEnd();
  expect(Number(/retry: (\d+)\n\n$/.exec(streams[0]?.text ?? '')?.[1])).toBeGreaterThanOrEqual(3_000);
  await eventually(() => closed === 1, 'the instance to see one connection close');
  expect(streams.slice(1).map((stream) => stream.ended)).toEqual([false, false, false]);
  expect(fixture.router.metrics()).toContain('smartlead_mcp_router_open_streams 3\n');
});
