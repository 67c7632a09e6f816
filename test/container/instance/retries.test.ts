import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isRead, operations } from '../../../container/instance/catalogue/catalogue.ts';
import { createRateGovernor } from '../../../container/instance/smartlead/rate/create-rate-governor.ts';
import { SmartleadClient } from '../../../container/instance/smartlead/smartlead-client.ts';
import { sampleArguments } from './sample-arguments.ts';
import { type StubAnswer, type StubSmartlead, startStubSmartlead } from './stub-smartlead.ts';

let stub: StubSmartlead;
let client: SmartleadClient;
beforeEach(async () => {
  stub = await startStubSmartlead();
  client = new SmartleadClient({ apiKey: 'demo-key', hosts: stub.hosts, governor: createRateGovernor('off') });
});
afterEach(async () => {
  await client.close();
  await stub.close();
});

const [read] = operations;
const byId = (wanted: string) => operations.find(({ id }) => id === wanted);
const create = byId('campaigns/create');
const pause = byId('campaigns/pause-lead');

/** Answers with each of these in turn, the last one for ever. */
function answerInTurn(...answers: StubAnswer[]) {
  stub.answer = () => (answers.length > 1 ? (answers.shift() as StubAnswer) : (answers[0] as StubAnswer));
}

function call(operation = read, signal = new AbortController().signal) {
  if (operation === undefined) throw new Error('no such operation');
  return client.call(operation, sampleArguments(operation, 'required'), { signal, session: '' }).then(({ value }) => value);
}

describe.each([
  ['a read', () => read],
  ['a write that leaves the same state however often it is made', () => pause],
])('%s is repeated', (_name, operation) => {
  it.each<[string, StubAnswer]>([
    ['429', { status: 429, headers: { 'retry-after': '0' } }],
    ['502', { status: 502, body: '<html>Bad gateway</html>' }],
    ['503', { status: 503 }],
    ['a lost connection', { drop: true }],
  ])('after %s', async (_failure, failure) => {
    answerInTurn(failure, { body: [1] });
    await expect(call(operation())).resolves.toEqual([1]);
    expect(stub.requests).toHaveLength(2);
  });

  it('at most twice', async () => {
    answerInTurn({ status: 503 });
    await expect(call(operation())).rejects.toThrow();
    expect(stub.requests).toHaveLength(3);
  });

  it('not before Retry-After has passed', async () => {
    answerInTurn({ status: 429, headers: { 'retry-after': '1' } }, { body: [] });
    const start = Date.now();
    await call(operation());
    expect(Date.now() - start).toBeGreaterThanOrEqual(950);
  });

  it.each<[string, () => StubAnswer]>([
    ['header', () => ({ status: 429, headers: { 'retry-after': '3600' } })],
    ['body', () => ({ status: 429, body: { error: { code: 'RATE_LIMIT_EXCEEDED', message: 'Slow down', retry_after: 3600 } } })],
    ['date', () => ({ status: 429, headers: { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() } })],
  ])('not where Retry-After in the %s is beyond what the caller will wait: it is told', async (_where, answer) => {
    answerInTurn(answer());
    const error = await call(operation()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'smartlead_rate_limited', retryAfter: expect.any(Number) });
    expect((error as { retryAfter: number }).retryAfter).toBeGreaterThan(3500);
    expect(stub.requests).toHaveLength(1);
  });

  it.each([400, 401, 403, 404, 422, 500])('not after %i', async (status) => {
    answerInTurn({ status });
    await expect(call(operation())).rejects.toMatchObject({ status });
    expect(stub.requests).toHaveLength(1);
  });
});

describe('a write that may not be repeated', () => {
  it.each<[string, StubAnswer, string]>([
    ['429', { status: 429, headers: { 'retry-after': '0' } }, 'smartlead_rate_limited'],
    ['503', { status: 503 }, 'outcome_unknown'],
    ['a lost connection', { drop: true }, 'outcome_unknown'],
  ])('is sent once, after %s, too', async (_name, failure, code) => {
    answerInTurn(failure);
    await expect(call(create)).rejects.toMatchObject({ code });
    expect(stub.requests).toHaveLength(1);
  });

  it.each(
    operations
      .filter((operation) => !isRead(operation))
      .filter(({ idempotent, effects }) => !idempotent || effects.includes('sends_email') || effects.includes('destructive')),
  )('$id', async (operation) => {
    answerInTurn({ drop: true });
    await expect(call(operation)).rejects.toMatchObject({ code: 'outcome_unknown' });
    expect(stub.requests).toHaveLength(1);
  });
});

it('a refusal that follows a lost answer settles nothing: the first attempt may be its cause', async () => {
  answerInTurn({ drop: true }, { status: 404, body: { message: 'no such mapping' } });
  await expect(call(byId('lead-tags/remove-from-lead'))).rejects.toMatchObject({
    code: 'outcome_unknown',
    verify: { tool: 'lead_tags_get_all' },
  });
  expect(stub.requests).toHaveLength(2);
});

describe('cancelling', () => {
  /** Waits until Smartlead has been asked. */
  const sent = () => expect.poll(() => stub.requests.length, { interval: 5 }).toBe(1);
  /** Waits until the answer is in, and the pause before the next attempt has begun. */
  const waiting = async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    await vi.waitUntil(() => timers.mock.calls.some(([, milliseconds]) => milliseconds === 20_000), {
      timeout: 15_000,
      interval: 5,
    });
    timers.mockRestore();
  };

  it('ends a read under way', async () => {
    answerInTurn({ until: new Promise(() => undefined) });
    const cancel = new AbortController();
    const cancelled = expect(call(read, cancel.signal)).rejects.toMatchObject({ code: 'cancelled' });
    await sent();
    cancel.abort();
    await cancelled;
  });

  it('does not end a write under way', async () => {
    const answers = Promise.withResolvers<void>();
    answerInTurn({ until: answers.promise, body: { done: true } });
    const cancel = new AbortController();
    const done = expect(call(create, cancel.signal)).resolves.toEqual({ done: true });
    await sent();
    cancel.abort();
    answers.resolve();
    await done;
  });

  it('ends the wait for another attempt', async () => {
    answerInTurn({ status: 429, headers: { 'retry-after': '20' } });
    const cancel = new AbortController();
    const cancelled = expect(call(read, cancel.signal)).rejects.toMatchObject({ code: 'cancelled' });
    await waiting();
    cancel.abort();
    await cancelled;
    expect(stub.requests).toHaveLength(1);
  });

  it('between two attempts of a write tells that nothing goes on', async () => {
    answerInTurn({ status: 429, headers: { 'retry-after': '20' } });
    const cancel = new AbortController();
    const error = { code: 'cancelled', requestLeft: false, message: expect.stringContaining('no other follows') };
    const cancelled = expect(call(pause, cancel.signal)).rejects.toMatchObject(error);
    await waiting();
    cancel.abort();
    await cancelled;
    expect(stub.requests).toHaveLength(1);
  });

  it.each([
    ['read', read],
    ['write', create],
  ])('before the call sends nothing: a %s', async (_name, operation) => {
    await expect(call(operation, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled', requestLeft: false });
    expect(stub.requests).toHaveLength(0);
  });
});
