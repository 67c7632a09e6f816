import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBearerToken, hashBearerToken } from '../../../core/bearer-token.ts';
import { createIdentifier } from '../../../core/identifiers.ts';
import { token as accessToken, type RunningInstance, startInstance } from '../../container/instance/start-instance.ts';
import { countsOf, post, type RouterFixture, startRouter } from '../../container/router/fixture.ts';
import { EventReader } from '../event-reader.ts';

const hour = 60 * 60_000;
const day = 24 * hour;
const tool = 'leads_categories';
const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'clock', version: '1.0.0' } },
};
const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };
const call = (id: number) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: tool, arguments: {} } });
const accept = { accept: 'application/json, text/event-stream' };

describe('a clock that jumps, at router and instance', () => {
  let instance: RunningInstance;
  let router: RouterFixture;
  const ids = { instanceId: createIdentifier('instance'), workspaceId: createIdentifier('workspace') };
  const token = createBearerToken('instance');

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'], shouldAdvanceTime: false, now: Date.now() });
    instance = await startInstance({}, { behindRouter: true });
    instance.stub.answer = () => ({ body: [{ id: 1, name: 'Interested' }] });
    router = await startRouter();
    router.tokens.set(hashBearerToken(token), {
      id: createIdentifier('token'),
      ...ids,
      expiresAt: new Date(Date.now() + 30 * day).toISOString(),
    });
    router.routes.set(ids.instanceId, { ...ids, address: instance.url, accessToken });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await router.close();
    await instance.close();
  });

  const door = (name: string) => `${router.base}/i/${ids.instanceId}/${name}`;
  const jump = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

  it.each([
    ['an hour back', -hour],
    ['an hour ahead', hour],
    ['a day back', -day],
    ['two days ahead', 2 * day],
  ])('%s: streams stay, sessions go on, and every call is counted once', async (_, milliseconds) => {
    const stream = await EventReader.open(door('sse'), token);
    const messages = new URL(await stream.next('endpoint'), router.base).href;
    await post(messages, token, initialize);
    await stream.answer(0);
    await post(messages, token, initialized);
    const opened = await post(door('mcp'), token, initialize, accept);
    expect(opened.status).toBe(200);
    const session = {
      ...accept,
      'mcp-session-id': String(opened.headers['mcp-session-id']),
      'mcp-protocol-version': '2025-11-25',
    };
    await post(door('mcp'), token, initialized, session);
    const callBoth = async (id: number) => {
      expect((await post(messages, token, call(id))).status).toBeLessThan(300);
      expect(await stream.answer(id)).toMatchObject({ result: { content: expect.anything() } });
      expect((await post(door('mcp'), token, call(id), session)).status).toBe(200);
    };
    await callBoth(1);
    jump(milliseconds);
    // What looks after sessions and streams gets its turn with the new time.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await callBoth(2);
    jump(-milliseconds);
    await callBoth(3);
    expect(stream.ended).toBe(false);
    stream.cut();
    await router.router.close({ deadlineMs: 15_000 });
    expect(countsOf(router.batches, ids.instanceId)[tool]).toEqual([6, 0]);
  });

  it('a token that has expired by the new time opens nothing, and opens again when the clock is put right', async () => {
    expect((await post(door('mcp'), token, initialize, accept)).status).toBe(200);
    jump(31 * day);
    expect((await post(door('mcp'), token, initialize, accept)).status).toBe(401);
    jump(-31 * day);
    expect((await post(door('mcp'), token, initialize, accept)).status).toBe(200);
  });
});
