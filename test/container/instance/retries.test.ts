import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isRead, operations } from '../../../container/instance/catalogue/catalogue.ts';
import { createRateGovernor } from '../../../container/instance/smartlead/rate-governor.ts';
import { SmartleadClient } from '../../../container/instance/smartlead/smartlead-client.ts';
import { sampleArguments } from './sample-arguments.ts';
import { type StubAnswer, type StubSmartlead, startStubSmartlead } from './stub-smartlead.ts';

let stub: StubSmartlead;
let client: SmartleadClient;
beforeAll(async () => {
  stub = await startStubSmartlead();
  client = new SmartleadClient({ apiKey: 'demo-key', hosts: stub.hosts, governor: createRateGovernor('off') });
});
afterAll(async () => {
  await client.close();
  await stub.close();
});
beforeEach(() => {
  stub.requests.length = 0;
});

const [read] = operations;
const write = operations.find(({ id }) => id === 'campaigns/create');

/** Answers with each of these in turn, the last one for ever. */
function answerInTurn(...answers: StubAnswer[]) {
  stub.answer = () => (answers.length > 1 ? (answers.shift() as StubAnswer) : (answers[0] as StubAnswer));
}

function call(operation = read, signal = new AbortController().signal) {
  if (operation === undefined) throw new Error('no such operation');
  return client.call(operation, sampleArguments(operation, 'required'), signal);
}

describe('a read is repeated', () => {
  it.each<[string, StubAnswer]>([
    ['429', { status: 429, headers: { 'retry-after': '0' } }],
    ['502', { status: 502, body: '<html>Bad gateway</html>' }],
    ['503', { status: 503 }],
    ['a lost connection', { drop: true }],
  ])('after %s', async (_name, failure) => {
    answerInTurn(failure, { body: [1] });
    await expect(call()).resolves.toEqual([1]);
    expect(stub.requests).toHaveLength(2);
  });

  it('at most twice', async () => {
    answerInTurn({ status: 503 });
    await expect(call()).rejects.toMatchObject({ code: 'smartlead_unavailable' });
    expect(stub.requests).toHaveLength(3);
  });

  it('not before Retry-After has passed', async () => {
    answerInTurn({ status: 429, headers: { 'retry-after': '1' } }, { body: [] });
    const start = Date.now();
    await call();
    expect(Date.now() - start).toBeGreaterThanOrEqual(950);
  });

  it.each<[string, StubAnswer]>([
    ['header', { status: 429, headers: { 'retry-after': '3600' } }],
    ['body', { status: 429, body: { error: { code: 'RATE_LIMIT_EXCEEDED', message: 'Slow down', retry_after: 3600 } } }],
    ['date', { status: 429, headers: { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() } }],
  ])('not where Retry-After in the %s is beyond what the caller will wait: it is told', async (_name, answer) => {
    answerInTurn(answer);
    const error = await call().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'smartlead_rate_limited', retryAfter: expect.any(Number) });
    expect((error as { retryAfter: number }).retryAfter).toBeGreaterThan(3590);
    expect(stub.requests).toHaveLength(1);
  });

  it.each([400, 401, 403, 404, 422, 500])('not after %i', async (status) => {
    answerInTurn({ status });
    await expect(call()).rejects.toMatchObject({ status });
    expect(stub.requests).toHaveLength(1);
  });
});

describe('a write is never repeated', () => {
  it.each<[string, StubAnswer]>([
    ['429', { status: 429, headers: { 'retry-after': '0' } }],
    ['503', { status: 503 }],
    ['a lost connection', { drop: true }],
  ])('after %s', async (_name, failure) => {
    answerInTurn(failure);
    await expect(call(write)).rejects.toThrow();
    expect(stub.requests).toHaveLength(1);
  });

  it('whichever of the 80 it is', async () => {
    answerInTurn({ drop: true });
    for (const operation of operations.filter((candidate) => !isRead(candidate))) {
      stub.requests.length = 0;
      await expect(call(operation)).rejects.toMatchObject({ code: 'smartlead_unreachable' });
      expect(stub.requests.length, operation.id).toBe(1);
    }
  });
});

describe('cancelling', () => {
  it('ends a request under way', async () => {
    answerInTurn({ delayMs: 5_000 });
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 50);
    const start = Date.now();
    await expect(call(read, cancel.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(Date.now() - start).toBeLessThan(2_000);
  });

  it('ends the wait for another attempt', async () => {
    answerInTurn({ status: 429, headers: { 'retry-after': '20' } });
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 100);
    await expect(call(read, cancel.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(stub.requests).toHaveLength(1);
  });

  it('before the call sends nothing', async () => {
    await expect(call(read, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    expect(stub.requests).toHaveLength(0);
  });
});
