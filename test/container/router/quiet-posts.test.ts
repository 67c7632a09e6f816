import { afterEach, expect, it } from 'vitest';
import { eventually, type InstanceFixture, post, type RouterFixture, startRouter, toolCall } from './fixture.ts';
import { createSessionProcess, launchSuccessor, openSession } from './session-instance.ts';

let fixture: RouterFixture;
afterEach(() => fixture.close());

const ping = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' });
const waiting = (count: number) =>
  eventually(() => fixture.router.metrics().includes(`router_waiting_requests ${count}\n`), `${count} requests to wait`);

/** A session whose instance has fallen asleep; `wakes` notes who was woken. */
async function startAsleep() {
  const wakes: string[] = [];
  const waker = { wake: (instanceId: string) => void wakes.push(instanceId) };
  fixture = await startRouter({
    waker,
    timing: { arrivalWaitMs: 20_000, wakeAgainMs: 60_000, arrivalPollMs: 5, lookUpMaxAgeMs: 5, descriptionMaxAgeMs: 5 },
  });
  const instance = await fixture.addInstance(createSessionProcess().script);
  const session = await openSession(fixture, instance);
  await sleep(instance);
  return { instance, session, wakes, url: fixture.url(instance, 'mcp') };
}

async function sleep(instance: InstanceFixture): Promise<void> {
  fixture.routes.delete(instance.id);
  fixture.descriptions.set(instance.id, { status: 'sleeping', statusReason: 'It sleeps.', nextStep: null });
  fixture.router.routeRemoved(instance.id);
  await instance.kill();
}

async function wakeUp(instance: InstanceFixture) {
  const successor = createSessionProcess();
  await launchSuccessor(fixture, instance, successor);
  fixture.descriptions.set(instance.id, { status: 'running', statusReason: '', nextStep: null });
  fixture.router.instanceCame(instance.id);
  return successor;
}

it('a ping of a session is answered while its instance sleeps on, alone and in a batch', async () => {
  const { session, wakes } = await startAsleep();
  const answer = await session.post(ping(7));
  expect([answer.status, answer.headers['mcp-session-id']]).toEqual([200, session.id]);
  expect(JSON.parse(answer.text)).toEqual({ jsonrpc: '2.0', id: 7, result: {} });
  const batch = JSON.parse((await session.post([ping(1), ping(2)])).text);
  expect(batch).toEqual([1, 2].map((id) => ({ jsonrpc: '2.0', id, result: {} })));
  expect(wakes).toEqual([]);
});

it('a ping of a revision without sessions is answered in its form', async () => {
  const { instance, url, wakes } = await startAsleep();
  const answer = await post(url, instance.token, ping(3), { 'MCP-Protocol-Version': '2026-07-28' });
  expect(JSON.parse(answer.text)).toEqual({ jsonrpc: '2.0', id: 3, result: { resultType: 'complete' } });
  expect(answer.headers['mcp-session-id']).toBeUndefined();
  expect(wakes).toEqual([]);
});

it('notifications and answers are taken without waking anybody, and the next process hears that the session is ready', async () => {
  const { instance, session, wakes, url } = await startAsleep();
  await wakeUp(instance);
  const opened = await post(
    url,
    instance.token,
    { jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {} } },
    session.headers,
  );
  const headers = { ...session.headers, 'Mcp-Session-Id': String(opened.headers['mcp-session-id']) };
  fixture.routes.delete(instance.id);
  fixture.descriptions.set(instance.id, { status: 'sleeping', statusReason: 'It sleeps.', nextStep: null });
  fixture.router.routeRemoved(instance.id);
  wakes.length = 0;
  const messages = [
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 5 } },
    { jsonrpc: '2.0', id: 'asked-1', result: {} },
  ];
  for (const message of messages) expect((await post(url, instance.token, message, headers)).status).toBe(202);
  expect(wakes).toEqual([]);
  const call = post(url, instance.token, toolCall(1), headers);
  await waiting(1);
  expect(wakes).toEqual([instance.id]);
  const successor = await wakeUp(instance);
  expect((await call).status).toBe(200);
  expect(successor.messages.map(({ method }) => method)).toEqual(['initialize', 'notifications/initialized', 'tools/call']);
});

it('a notification about a call that waits for its instance goes there behind it', async () => {
  const { instance, session } = await startAsleep();
  const call = session.post(toolCall(1));
  await waiting(1);
  const notification = session.post({
    jsonrpc: '2.0',
    method: 'notifications/progress',
    params: { progressToken: 1, progress: 1 },
  });
  await waiting(2);
  expect(JSON.parse((await session.post(ping(2))).text)).toMatchObject({ id: 2, result: {} });
  const successor = await wakeUp(instance);
  expect([(await call).status, (await notification).status]).toEqual([200, 202]);
  expect(successor.messages.some(({ method }) => method === 'notifications/progress')).toBe(true);
});

it('what is no message, or of no known session, still asks the instance', async () => {
  const { instance, session, url, wakes } = await startAsleep();
  const unclear = [session.post({ jsonrpc: '2.0' }), session.post({ jsonrpc: '2.0', id: null, method: 'tools/list' })];
  const sessionless = post(url, instance.token, ping(1));
  await waiting(3);
  expect(wakes).toEqual([instance.id]);
  await wakeUp(instance);
  await Promise.all([...unclear, sessionless]);
  const foreign = await post(url, instance.token, ping(1), { 'Mcp-Session-Id': 'unknown' });
  expect(JSON.parse(foreign.text)).toMatchObject({ error: { data: { reason: 'session_not_found' } } });
});
