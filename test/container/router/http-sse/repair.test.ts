import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countsOf, eventually, type RouterFixture, startRouter } from '../fixture.ts';
import { addFakeInstance, type FakeInstance, type FakeProcess, startProcess } from './fake-process.ts';
import { RawClient } from './raw-client.ts';

const read = 'campaigns_get_all';
const write = 'campaigns_create';

let fixture: RouterFixture;
let instance: FakeInstance;
let processes: FakeProcess[];
let woken: string[];

async function run(options?: Parameters<typeof startProcess>[0]): Promise<FakeProcess> {
  const process = await startProcess(options);
  processes.push(process);
  instance.runAs(process);
  return process;
}

const callsAt = (process: FakeProcess) =>
  process.received.filter(({ message }) => message.method === 'tools/call').map(({ message }) => message.params?.name);

beforeEach(async () => {
  processes = [];
  woken = [];
  fixture = await startRouter({
    timing: { arrivalWaitMs: 20_000, keepAliveMs: 1_000, wakeAgainMs: 60_000 },
    waker: { wake: (instanceId) => void woken.push(instanceId) },
  });
  instance = addFakeInstance(fixture);
});
afterEach(async () => {
  await fixture.close();
  for (const process of processes) await process.kill();
});

async function connected(): Promise<RawClient> {
  const client = await new RawClient(fixture.base, instance).connect();
  await client.handshake();
  return client;
}

describe('an instance that dies', () => {
  it('while it reads: its successor gets the handshake and the read, and the client an answer on the same stream', async () => {
    const first = await run();
    const client = await connected();
    await client.call(1, read);
    await eventually(() => callsAt(first).length === 1, 'the call to arrive');
    instance.leave('restarting');
    await first.kill();
    const second = await run({ answersCalls: true });
    expect(await client.waitForAnswer(1)).toMatchObject({ result: { said: read } });
    expect(second.received.map(({ message }) => message.method)).toEqual([
      'initialize',
      'notifications/initialized',
      'tools/call',
    ]);
    expect(client.messages.filter(({ id }) => String(id).startsWith('router'))).toEqual([]);
    expect(client.isClosed).toBe(false);
    await client.call(2, read);
    await client.waitForAnswer(2);
    await fixture.router.close({ deadlineMs: 300 });
    expect(countsOf(fixture.batches, instance.id)).toEqual({ [read]: [2, 0] });
  });

  it('without the platform noticing is found out by its broken connections', async () => {
    const first = await run();
    const client = await connected();
    await client.call(1, read);
    await eventually(() => callsAt(first).length === 1, 'the call to arrive');
    await first.kill();
    await run({ answersCalls: true });
    await client.waitForAnswer(1);
    expect(client.isClosed).toBe(false);
  });

  it('while it writes: the client is told at once that the outcome is unknown, and nobody writes again', async () => {
    const first = await run();
    const client = await connected();
    await client.call(1, write);
    await eventually(() => callsAt(first).length === 1, 'the call to arrive');
    instance.leave('sleeping');
    await first.kill();
    expect(await client.waitForAnswer(1)).toMatchObject({
      result: { isError: true, structuredContent: { code: 'outcome_unknown', retryable: false } },
    });
    expect(woken).toEqual([]);
    const second = await run({ answersCalls: true });
    await client.call(2, read);
    await client.waitForAnswer(2);
    expect(callsAt(second)).toEqual([read]);
    expect(client.answersTo(1)).toHaveLength(1);
  });

  it('in the middle of an event: the half of it reaches nobody', async () => {
    const first = await run();
    const client = await connected();
    await client.call(1, read);
    await eventually(() => callsAt(first).length === 1, 'the call to arrive');
    first.write(client.session, 'event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{"half":');
    await new Promise((resolve) => setTimeout(resolve, 50));
    instance.leave('restarting');
    await first.kill();
    await run({ answersCalls: true });
    await client.waitForAnswer(1);
    expect(client.text).not.toContain('half');
    expect(client.answersTo(1)).toHaveLength(1);
  });

  it('with fifty open streams: none of them closes', async () => {
    const first = await run();
    const clients = await Promise.all(Array.from({ length: 50 }, connected));
    instance.leave('restarting');
    await first.kill();
    await run({ answersCalls: true });
    await Promise.all(clients.map((client) => client.call(7, read)));
    for (const client of clients) await client.waitForAnswer(7);
    expect(clients.filter(({ isClosed }) => isClosed)).toEqual([]);
  });

  it('takes its questions with it: the client hears so, and a late answer goes nowhere', async () => {
    const first = await run();
    const client = await connected();
    first.say(client.session, { jsonrpc: '2.0', id: 0, method: 'elicitation/create', params: {} });
    await client.waitUntil(() => client.messages.some(({ method }) => method === 'elicitation/create'), 'the question');
    instance.leave('restarting');
    await first.kill();
    await client.waitUntil(() => client.messages.some(({ method }) => method === 'notifications/cancelled'), 'the cancellation');
    const second = await run({ answersCalls: true });
    await client.call(1, read);
    await client.waitForAnswer(1);
    second.say(client.session, { jsonrpc: '2.0', id: 0, method: 'elicitation/create', params: {} });
    await client.waitUntil(
      () => client.messages.filter(({ method }) => method === 'elicitation/create').length === 2,
      'the other',
    );
    const shown = client.messages.findLast(({ method }) => method === 'elicitation/create')?.id;
    expect((await client.send({ id: 0, result: { action: 'accept' } })).status).toBe(202);
    expect((await client.send({ id: shown, result: { action: 'decline' } })).status).toBe(202);
    await eventually(() => second.received.some(({ message }) => message.result !== undefined), 'the answer to arrive');
    const answers = second.received.filter(({ message }) => message.result !== undefined);
    expect(answers.map(({ message }) => message)).toEqual([{ jsonrpc: '2.0', id: 0, result: { action: 'decline' } }]);
  });
});

describe('an instance that sleeps', () => {
  it('is woken by a call, not by a stream, a ping or a notification; calls wait in order', async () => {
    instance.leave('sleeping');
    const client = await new RawClient(fixture.base, instance).connect();
    expect((await client.send({ id: 'p', method: 'ping' })).status).toBe(202);
    expect(await client.waitForAnswer('p')).toMatchObject({ result: {} });
    await client.send({ method: 'notifications/roots/list_changed' });
    expect(woken).toEqual([]);
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
    expect((await client.send({ id: 0, method: 'initialize', params })).status).toBe(202);
    for (const id of [1, 2, 3]) expect((await client.call(id, read)).status).toBe(202);
    expect(woken).toEqual([instance.id]);
    const process = await run({ answersCalls: true });
    await client.waitForAnswer(3);
    expect(process.received.map(({ message }) => message.id)).toEqual([0, 1, 2, 3]);
    expect(fixture.connected).toMatchObject([{ clientName: 'x' }]);
  });

  it('keeps its streams, and the next call finds the session again', async () => {
    const first = await run({ answersCalls: true });
    const client = await connected();
    instance.leave('sleeping');
    await first.kill();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(woken).toEqual([]);
    expect(client.isClosed).toBe(false);
    const answered = client.call(1, read);
    await eventually(() => woken.length === 1, 'the instance to be woken');
    const second = await run({ answersCalls: true });
    expect((await answered).status).toBe(202);
    await client.waitForAnswer(1);
    expect(second.received[0]?.message.params).toMatchObject({ clientInfo: { name: 'n8n' } });
  });

  it('and does not come: the client is told on its stream, and may try again', async () => {
    const impatient = await startRouter({ timing: { arrivalWaitMs: 150 }, waker: { wake: () => {} } });
    const sleeping = addFakeInstance(impatient);
    sleeping.leave('sleeping');
    const client = await new RawClient(impatient.base, sleeping).connect();
    expect((await client.call(1, read)).status).toBe(202);
    expect(await client.waitForAnswer(1)).toMatchObject({
      error: { data: { reason: 'instance_sleeping', retry: true, retryAfter: expect.any(Number) } },
    });
    expect(client.isClosed).toBe(false);
    await impatient.close();
  });
});

describe('messages', () => {
  it('go to the instance in the order in which they came', async () => {
    const process = await run({ answersCalls: true });
    const client = await connected();
    const ids = Array.from({ length: 30 }, (_each, index) => index + 10);
    for (const id of ids) void client.call(id, read);
    for (const id of ids) await client.waitForAnswer(id);
    const order = process.received.map(({ message }) => message.id).filter((id) => typeof id === 'number' && id >= 10);
    expect([...order].sort()).toEqual(ids);
    expect(client.messages.filter(({ id }) => typeof id === 'number' && id >= 10).map(({ id }) => id)).toEqual(order);
  });

  it('with an id that still waits for its answer are refused, and cancelled ones are not answered', async () => {
    const process = await run();
    const client = await connected();
    await client.call(1, read);
    const again = await client.call(1, read);
    expect(again.status).toBe(400);
    expect(JSON.parse(again.text)).toMatchObject({ id: 1, error: { data: { reason: 'request_id_in_use' } } });
    await client.send({ method: 'notifications/cancelled', params: { requestId: 1 } });
    await eventually(() => process.received.at(-1)?.message.method === 'notifications/cancelled', 'the cancellation');
    process.answer(client.session, 1, {});
    await client.call(2, read);
    process.answer(client.session, 2, {});
    await client.waitForAnswer(2);
    expect(client.answersTo(1)).toEqual([]);
  });

  it('of another workspace are not found, those with another token of the same instance are taken', async () => {
    await run({ answersCalls: true });
    const client = await connected();
    const other = addFakeInstance(fixture);
    const refused = await client.send({ id: 1, method: 'tools/list' }, other.token);
    expect(refused.status).toBe(404);
    const second = fixture.addToken({ id: instance.id, workspaceId: instance.workspaceId } as never);
    expect((await client.send({ id: 2, method: 'tools/list' }, second.token)).status).toBe(202);
    await client.waitForAnswer(2);
  });

  it('without a session are refused with advice', async () => {
    await run();
    const client = await connected();
    const answer = await fetch(`${fixture.base}/i/${instance.id}/messages`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${instance.token}`, 'Content-Type': 'application/json' },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { data: { reason: 'session_id_missing' } } });
    client.cut();
  });
});

describe('an instance that does not serve this transport', () => {
  it('has it said to a client that connects, by its route', async () => {
    const process = await startProcess();
    processes.push(process);
    instance.runAs(process, 'stdio');
    const client = await new RawClient(fixture.base, instance).connect();
    expect(client.status).toBe(404);
    expect(process.opened).toBe(0);
    instance.runAs(process, 'both');
    expect((await new RawClient(fixture.base, instance).connect()).status).toBe(200);
  });

  it('says so itself where its route does not: the first request gets a clear error', async () => {
    await run({ refuseGet: 404 });
    const client = await new RawClient(fixture.base, instance).connect();
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
    expect((await client.send({ id: 0, method: 'initialize', params })).status).toBe(202);
    expect(await client.waitForAnswer(0)).toMatchObject({
      error: { data: { reason: 'sse_not_served', retry: false, nextStep: expect.any(String) } },
    });
    expect(client.isClosed).toBe(false);
    expect(fixture.connected).toEqual([]);
  });

  it('has it said while it sleeps', async () => {
    instance.leave('sleeping');
    fixture.descriptions.set(instance.id, { status: 'sleeping', statusReason: '', nextStep: null, mode: 'stdio' });
    fixture.router.instanceGone(instance.id);
    const client = await new RawClient(fixture.base, instance).connect();
    expect(client.status).toBe(404);
    expect(woken).toEqual([]);
  });
});

it('an answer too large to be held passes all the same', async () => {
  const process = await run();
  const client = await connected();
  await client.call(1, read);
  await eventually(() => callsAt(process).length === 1, 'the call to arrive');
  process.answer(client.session, 1, { text: 'x'.repeat(3_000_000) });
  const answer = (await client.waitForAnswer(1)) as { result: { text: string } };
  expect(answer.result.text).toHaveLength(3_000_000);
});
