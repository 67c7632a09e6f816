import { afterEach, describe, expect, it } from 'vitest';
import type { RouterOptions } from '../../../container/router/options.ts';
import {
  type Answer,
  collect,
  eventually,
  open,
  post,
  type RouterFixture,
  type Script,
  startRouter,
  toolCall,
} from './fixture.ts';

let fixture: RouterFixture;
afterEach(() => fixture.close());

const start = async (limits: RouterOptions['limits'], script?: Script) => {
  fixture = await startRouter({ limits: limits ?? {} });
  return fixture.addInstance(script);
};
const reasonOf = (answer: Answer) => JSON.parse(answer.text).error.data.reason;

const streaming: Script = (_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': hi\n\n');
};

describe('calls a second', () => {
  it.each(['token', 'instance', 'workspace'])('are bounded for the %s: one more is refused and not done', async (scope) => {
    const unlimited = { maxCallsPerSecondPerToken: 1e6, maxCallsPerSecondPerInstance: 1e6, maxCallsPerSecondPerWorkspace: 1e6 };
    const name = `maxCallsPerSecondPer${scope[0]?.toUpperCase()}${scope.slice(1)}`;
    const instance = await start({ ...unlimited, callBurstSeconds: 1_000, [name]: 0.003 });
    const url = fixture.url(instance, 'mcp');
    const answers = await Promise.all([1, 2, 3, 4].map((id) => post(url, instance.token, toolCall(id))));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(1);
    expect(reasonOf(refused[0] as Answer)).toBe(`${scope}_rate_limited`);
    expect([1, 2, 3, 4]).toContain(JSON.parse(refused[0]?.text ?? '').id);
    expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0);
    expect(instance.seen).toHaveLength(3);
    const stranger = await fixture.addInstance();
    expect((await post(fixture.url(stranger, 'mcp'), stranger.token, toolCall(1))).status).toBe(200);
  });

  it('count each request of a batch', async () => {
    const instance = await start({ maxCallsPerSecondPerToken: 0.003, callBurstSeconds: 1_000 });
    const url = fixture.url(instance, 'mcp');
    expect((await post(url, instance.token, toolCall(1))).status).toBe(200);
    expect((await post(url, instance.token, [toolCall(2), toolCall(3), toolCall(4)])).status).toBe(429);
  });
});

describe('standing streams', () => {
  it('beyond what an instance or a workspace may hold close its oldest, with a hint when to come back', async () => {
    const one = await start({ maxStreamsPerInstance: 2, maxStreamsPerWorkspace: 3 }, streaming);
    const two = await fixture.addInstance(streaming, one.workspaceId);
    const stranger = await fixture.addInstance(streaming);
    const openStream = async (instance: typeof one, token: string) => {
      const stream = collect(await open(fixture.url(instance, 'mcp'), { token }));
      await stream.waitFor('hi');
      return stream;
    };
    const calm = await openStream(stranger, stranger.token);
    const streams = [];
    for (let each = 0; each < 3; each += 1) streams.push(await openStream(one, fixture.addToken(one).token));
    await streams[0]?.waitForEnd();
    expect(streams[0]?.text).toMatch(/retry: \d+\n\n$/);
    expect(streams.slice(1).map(({ ended }) => ended)).toEqual([false, false]);
    streams.push(await openStream(two, two.token), await openStream(two, two.token));
    await streams[1]?.waitForEnd();
    expect(streams.map(({ ended }) => ended)).toEqual([true, true, false, false, false]);
    expect(calm.ended).toBe(false);
    const text = fixture.router.metrics();
    for (const [scope, count] of [
      ['token', 0],
      ['instance', 1],
      ['workspace', 1],
    ]) {
      expect(text).toContain(`streams_closed_by_limit_total{scope="${scope}"} ${count}\n`);
    }
  });
});

describe('open POSTs', () => {
  it('are bounded for an instance and for a workspace', async () => {
    const instance = await start({ maxPostsPerInstance: 2, maxPostsPerWorkspace: 3 }, () => {});
    const second = await fixture.addInstance(() => {}, instance.workspaceId);
    const ask = (which: typeof instance, token = fixture.addToken(which).token) =>
      post(fixture.url(which, 'mcp'), token, toolCall(1));
    const waiting = [ask(instance), ask(instance)];
    await eventually(() => instance.seen.length === 2, 'both to arrive');
    const refused = await ask(instance);
    expect([refused.status, reasonOf(refused)]).toEqual([429, 'instance_crowded']);
    waiting.push(ask(second));
    await eventually(() => second.seen.length === 1, 'the third to arrive');
    expect(reasonOf(await ask(second))).toBe('instance_crowded');
    await fixture.router.close({ deadlineMs: 20 });
    await Promise.all(waiting);
  });
});
