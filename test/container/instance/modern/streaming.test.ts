import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { FeatureFailed } from '../../../../container/instance/features/feature-errors.ts';
import type { CallContext, CallOutcome } from '../../../../container/instance/features/mcp-features.ts';
import { createModernDoor } from '../../../../container/instance/protocol/modern/create-modern-door.ts';
import { type ExchangeTimes, usualExchangeTimes } from '../../../../container/instance/protocol/modern/exchange-times.ts';
import { done, type FakeFeatures, fakeFeatures } from './fake-features.ts';
import { modernHttp, modernRequest, modernStream, streamMessages } from './modern-request.ts';
import { type ServedDoor, serveDoor } from './serve-door.ts';

const call = { name: 'act', arguments: {} };
const logged: string[] = [];
const log = { write: ({ message }: { message: string }) => void logged.push(message), flush: () => undefined };

let features: FakeFeatures;
let door: ServedDoor;
async function open(
  run: (context: CallContext) => CallOutcome | Promise<CallOutcome>,
  keepAliveMs = 30,
  times: Partial<ExchangeTimes> = {},
): Promise<void> {
  features = fakeFeatures(run);
  door = await serveDoor(
    createModernDoor(features, { log, times: { ...usualExchangeTimes, streamAfterMs: 60, keepAliveMs, ...times } }),
  );
}
afterEach(() => door.close());

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('an answer', () => {
  it('is plain JSON, progress or not, for a client that did not ask for progress', async () => {
    await open(({ progress }) => {
      progress(1, 2, 'half');
      return done();
    });
    const answer = await modernRequest(door.url, 'tools/call', call);
    expect(answer).toMatchObject({ contentType: 'application/json', headers: { 'x-accel-buffering': 'no' } });
    expect(answer.messages).toHaveLength(1);
  });

  it('is a stream with the progress before it, which only goes up', async () => {
    await open(async ({ progress }) => {
      progress(1, 3, 'one');
      progress(1, 3, 'again');
      await later(10);
      progress(2);
      return done();
    });
    const { messages, contentType } = await modernRequest(door.url, 'tools/call', call, { meta: { progressToken: 'p' } });
    expect(contentType).toBe('text/event-stream');
    expect(messages).toMatchObject([
      { method: 'notifications/progress', params: { progressToken: 'p', progress: 1, total: 3, message: 'one' } },
      { method: 'notifications/progress', params: { progressToken: 'p', progress: 2 } },
      { id: 1, result: { content: [{ text: 'done' }] } },
    ]);
  });

  it('that takes long becomes a stream, so that proxies hear of it', async () => {
    const finish = Promise.withResolvers<void>();
    await open(async () => {
      await finish.promise;
      return done();
    });
    const stream = await modernStream(door.url, 'tools/call', call);
    expect(stream.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    await stream.waitFor(/^: keep-alive\n\n/);
    expect(streamMessages(stream.text())).toEqual([]);
    finish.resolve();
    await stream.ended;
    expect(stream.text()).toMatch(/^: keep-alive\n\n[\s\S]*event: message\ndata: /);
    expect(streamMessages(stream.text())).toMatchObject([{ id: 1, result: { content: [{ text: 'done' }] } }]);
  });

  it('is cancelled by a client that leaves the stream', async () => {
    let cancelled = false;
    await open(async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      cancelled = true;
      return done();
    });
    const stream = await modernStream(door.url, 'tools/call', call);
    stream.leave();
    await expect.poll(() => cancelled).toBe(true);
  });

  it('is given up when its client takes nothing of it', async () => {
    let cancelled = false;
    await open(async ({ progress, signal }) => {
      for (let step = 1; step <= 60; step += 1) progress(step, 60, 'x'.repeat(200_000));
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      cancelled = true;
      return done();
    });
    const { method, headers, body } = modernHttp('tools/call', call, { meta: { progressToken: 1 } });
    // Nobody listens for its data, so nothing is read.
    const request = httpRequest(door.url, { method, headers, agent: false }, () => undefined);
    request.on('error', () => undefined);
    request.end(body);
    await expect.poll(() => cancelled, { timeout: 15_000 }).toBe(true);
    request.destroy();
  });

  it('arrives whole and in order, however large it is', async () => {
    const text = 'x'.repeat(200_000);
    await open(async ({ progress }) => {
      for (let step = 1; step <= 40; step += 1) progress(step, 40, text);
      return done(text);
    }, 5_000);
    const { messages } = await modernRequest(door.url, 'tools/call', call, { meta: { progressToken: 1 } });
    expect(messages).toHaveLength(41);
    expect(messages.slice(0, 40).map(({ params }) => (params as { progress: number }).progress)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
  });
});

describe('a fault', () => {
  it('of ours is told without its words, which go to nobody', async () => {
    await open(() => {
      throw new Error('secret words');
    });
    const { error } = await modernRequest(door.url, 'tools/call', call);
    expect(error).toMatchObject({ code: -32603, data: { code: 'internal_error' } });
    expect(JSON.stringify(error) + logged.join('')).not.toContain('secret words');
    expect(logged.at(-1)).toBe('tools/call failed inside: Error');
  });

  it('of a feature is told with what to do about it', async () => {
    await open(() => {
      throw new FeatureFailed('Too many calls.', { code: 'smartlead_rate_limited', retryable: true, nextStep: 'Wait.' });
    });
    const { error } = await modernRequest(door.url, 'tools/call', call);
    expect(error).toMatchObject({
      code: -32603,
      message: 'Too many calls.',
      data: { code: 'smartlead_rate_limited', retryable: true },
    });
  });
});

describe('subscriptions/listen', () => {
  it('tells of new resources, as often as they change, and of nothing else', async () => {
    await open(() => done());
    const stream = await modernStream(
      door.url,
      'subscriptions/listen',
      { notifications: { resourcesListChanged: true } },
      { id: 9 },
    );
    const deaf = await modernStream(door.url, 'subscriptions/listen', { notifications: { promptsListChanged: true } });
    await stream.waitFor(/acknowledged/);
    features.change();
    features.change();
    await stream.waitFor(/list_changed[\s\S]*list_changed/);
    const changes = streamMessages(stream.text()).slice(1);
    expect(changes).toMatchObject([1, 2].map(() => ({ method: 'notifications/resources/list_changed' })));
    expect(changes[0]).toMatchObject({ params: { _meta: { 'io.modelcontextprotocol/subscriptionId': 9 } } });
    await deaf.ended;
    expect(deaf.text()).not.toContain('list_changed"');
    stream.leave();
  });

  it('ends in order after its longest time, so that a client that has vanished costs nothing for long', async () => {
    await open(() => done(), 30, { longestListeningMs: 100 });
    const params = { notifications: { resourcesListChanged: true } };
    const stream = await modernStream(door.url, 'subscriptions/listen', params, { id: 'old' });
    await stream.ended;
    const about = { 'io.modelcontextprotocol/subscriptionId': 'old', 'io.modelcontextprotocol/serverInfo': features.serverInfo };
    expect(streamMessages(stream.text()).at(-1)).toEqual({
      jsonrpc: '2.0',
      id: 'old',
      result: { resultType: 'complete', _meta: about },
    });
  });
});
