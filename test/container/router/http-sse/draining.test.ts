import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, type RouterFixture, startRouter } from '../fixture.ts';
import { addFakeInstance, type FakeInstance, type FakeProcess, startProcess } from './fake-process.ts';
import { RawClient } from './raw-client.ts';

const read = 'campaigns_get_all';
const write = 'campaigns_create';

let fixture: RouterFixture;
let instance: FakeInstance;
let processes: FakeProcess[];

async function run(options?: Parameters<typeof startProcess>[0]): Promise<FakeProcess> {
  const process = await startProcess(options);
  processes.push(process);
  instance.runAs(process);
  return process;
}

/** As the platform does before it tells a process to end. */
function removeRoute(): void {
  fixture.routes.delete(instance.id);
  fixture.descriptions.set(instance.id, { status: 'restarting', statusReason: 'It is restarting.', nextStep: null });
  fixture.router.routeRemoved(instance.id);
}

const callsAt = (process: FakeProcess) => process.received.filter(({ message }) => message.method === 'tools/call');

async function connected(): Promise<RawClient> {
  const client = await new RawClient(fixture.base, instance).connect();
  await client.handshake();
  return client;
}

beforeEach(async () => {
  processes = [];
  fixture = await startRouter({ timing: { arrivalWaitMs: 20_000 } });
  instance = addFakeInstance(fixture);
});
afterEach(async () => {
  await fixture.close();
  for (const process of processes) await process.kill();
});

describe('a process that ends in order', () => {
  for (const name of [read, write]) {
    for (const how of ['refuses', 'not-reached'] as const) {
      it(`and ${how === 'refuses' ? 'refuses' : 'is not reached by'} a message (${name}): its successor gets it`, async () => {
        const first = await run({ answersCalls: true });
        const client = await connected();
        removeRoute();
        first.drain(how);
        expect((await client.call(1, name)).status).toBe(202);
        first.endStreams();
        fixture.router.instanceGone(instance.id);
        const second = await run({ answersCalls: true });
        expect(await client.waitForAnswer(1)).toMatchObject({ result: { said: name } });
        expect(callsAt(second)).toHaveLength(1);
        expect(client.isClosed).toBe(false);
      });
    }
  }

  it('and accepts a message without answering it: a read is made again, a write is told to be of unknown outcome', async () => {
    const first = await run({ answersCalls: true });
    const client = await connected();
    removeRoute();
    first.drain('swallows');
    await client.call(1, read);
    await client.call(2, write);
    await eventually(() => callsAt(first).length === 2, 'the calls to arrive');
    first.endStreams();
    const second = await run({ answersCalls: true });
    expect(await client.waitForAnswer(1)).toMatchObject({ result: { said: read } });
    expect(await client.waitForAnswer(2)).toMatchObject({ result: { structuredContent: { code: 'outcome_unknown' } } });
    expect(callsAt(second)).toHaveLength(1);
  });

  it('and of which the router hears only that it is gone, while messages wait their turn: all go to its successor', async () => {
    const first = await run();
    const client = await connected();
    removeRoute();
    first.drain('refuses');
    const sent = [1, 2, 3].map((id) => client.call(id, read));
    fixture.router.instanceGone(instance.id);
    for (const answer of await Promise.all(sent)) expect(answer.status).toBe(202);
    await run({ answersCalls: true });
    for (const id of [1, 2, 3]) await client.waitForAnswer(id);
  });

  it('still answers what it accepted before, although it refuses what comes now', async () => {
    const first = await run();
    const client = await connected();
    const { session } = client;
    await client.call(1, write);
    await eventually(() => callsAt(first).length === 1, 'the write to arrive');
    removeRoute();
    first.drain('refuses');
    expect((await client.call(2, read)).status).toBe(202);
    // The successor may be there before the former process has come to its end.
    const second = await run({ answersCalls: true });
    await client.waitForAnswer(2);
    first.answer(session, 1, { done: true });
    expect(await client.waitForAnswer(1)).toMatchObject({ result: { done: true } });
    first.endStreams();
    await client.call(3, read);
    await client.waitForAnswer(3);
    expect(callsAt(second)).toHaveLength(2);
    expect(client.messages.filter(({ id }) => id === 1)).toHaveLength(1);
  });

  it('and breaks off what it accepted: the client hears of it when the process is gone', async () => {
    const first = await run();
    const client = await connected();
    await client.call(1, write);
    await client.call(2, read);
    await eventually(() => callsAt(first).length === 2, 'the calls to arrive');
    removeRoute();
    first.drain('not-reached');
    await client.call(3, read);
    const second = await run({ answersCalls: true });
    await client.waitForAnswer(3);
    expect([...client.answersTo(1), ...client.answersTo(2)]).toEqual([]);
    first.endStreams();
    expect(await client.waitForAnswer(1)).toMatchObject({ result: { structuredContent: { code: 'outcome_unknown' } } });
    await client.waitForAnswer(2);
    expect(
      callsAt(second)
        .map(({ message }) => message.id)
        .sort(),
    ).toEqual([2, 3]);
  });
});
