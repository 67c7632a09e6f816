import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { operations } from '../../../../container/instance/catalogue/catalogue.ts';
import type { Operation } from '../../../../container/instance/catalogue/operation.ts';
import type { Log } from '../../../../container/instance/observability/log.ts';
import type { SendingContext } from '../../../../container/instance/smartlead/smartlead-client.ts';
import { type ErrorCode, SmartleadError } from '../../../../container/instance/smartlead/smartlead-error.ts';
import { unknownOutcome } from '../../../../container/instance/smartlead/unknown-outcome.ts';
import { WriteLedger } from '../../../../container/instance/smartlead/write-ledger.ts';

function operation(wanted: string): Operation {
  const found = operations.find(({ id }) => id === wanted);
  if (found === undefined) throw new Error(`no operation ${wanted}`);
  return found;
}

const create = operation('campaigns/create');
const setStatus = operation('campaigns/update-status');
const read = operation('campaigns/get-all');

type Answer = (number: number) => unknown;

/** A client that counts what it sends; the next answers are what the test says. */
class FakeClient {
  sent: string[] = [];
  answer: Answer = (number) => ({ number });
  /** Resolves when the request may leave, and when its answer may come. */
  beforeLeaving: Promise<void> | undefined;
  beforeAnswering: Promise<void> | undefined;
  /** Set where the first attempt is refused: resolves when the next would leave. */
  betweenAttempts: Promise<void> | undefined;

  async call(
    { id }: Operation,
    callArguments: Readonly<Record<string, unknown>>,
    { signal, onLeaving, onEnded }: SendingContext,
  ) {
    if (this.beforeLeaving !== undefined) {
      const cancelled = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(new SmartleadError('cancelled', 'Nothing was sent.')));
      });
      await Promise.race([this.beforeLeaving, cancelled]);
    }
    onLeaving?.();
    if (this.betweenAttempts !== undefined) {
      onEnded?.();
      await this.betweenAttempts;
    }
    this.sent.push(`${id} ${JSON.stringify(callArguments)}`);
    const number = this.sent.length;
    if (this.beforeAnswering !== undefined) await this.beforeAnswering;
    return { value: this.answer(number) };
  }
}

let client: FakeClient;
let now: number;
let logged: string[];
let ledger: WriteLedger;
beforeEach(() => {
  client = new FakeClient();
  now = 1_800_000_000_000;
  logged = [];
  const log: Log = {
    write: ({ message }) => {
      logged.push(message);
    },
    flush: () => undefined,
  };
  ledger = new WriteLedger({ client, log, now: () => now });
});

const never = new AbortController().signal;
function call(which: Operation, callArguments: Record<string, unknown>, { repeat = false, signal = never } = {}) {
  return ledger.call(which, callArguments, { signal, session: '', repeat });
}
function fail(code: ErrorCode) {
  client.answer = () => {
    throw new SmartleadError(code, `failed with ${code}`);
  };
}
const minutes = 60_000;

describe('the same write', () => {
  it('within ten minutes is answered with the first result, and says when that was', async () => {
    expect(await call(create, { name: 'A', client_id: 1 })).toEqual({ value: { number: 1 } });
    now += 10 * minutes - 1;
    expect(await call(create, { client_id: 1, name: 'A' })).toEqual({ value: { number: 1 }, firstSentAt: 1_800_000_000_000 });
    expect(client.sent).toHaveLength(1);
    now += 1;
    expect(await call(create, { name: 'A', client_id: 1 })).toEqual({ value: { number: 2 } });
  });

  it('is sent when the caller says so, and that answer is the one remembered', async () => {
    await call(create, { name: 'A' });
    expect(await call(create, { name: 'A' }, { repeat: true })).toEqual({ value: { number: 2 } });
    expect((await call(create, { name: 'A' })).value).toEqual({ number: 2 });
  });

  it('with other arguments, or another order in a list, is another write', async () => {
    const add = operation('campaigns/add-email-accounts');
    await call(create, { name: 'A' });
    await call(create, { name: 'B' });
    await call(add, { campaign_id: 1, email_account_ids: [1, 2] });
    await call(add, { campaign_id: 1, email_account_ids: [2, 1] });
    expect(client.sent).toHaveLength(4);
  });

  it('twice at once is sent once, and both get the answer', async () => {
    const [first, second] = await Promise.all([call(create, { name: 'A' }), call(create, { name: 'A' })]);
    expect(first).toEqual({ value: { number: 1 } });
    expect(second).toEqual({ value: { number: 1 }, firstSentAt: now });
    expect(client.sent).toHaveLength(1);
  });

  it('cannot be changed by whoever got its answer', async () => {
    const { value } = await call(create, { name: 'A' });
    (value as { number: number }).number = 99;
    expect((await call(create, { name: 'A' })).value).toEqual({ number: 1 });
  });

  it('whose answer was too large to be kept is still not sent again', async () => {
    client.answer = () => ({ text: 'x'.repeat(20_000) });
    await call(create, { name: 'A' });
    expect((await call(create, { name: 'A' })).value).toMatchObject({ done: true, note: expect.stringContaining('too large') });
    expect(client.sent).toHaveLength(1);
  });
});

describe('a write that failed', () => {
  it.each<ErrorCode>(['smartlead_invalid_request', 'smartlead_not_found', 'smartlead_rate_limited', 'smartlead_refused'])(
    'with %s was not done, so it may be made again at once',
    async (code) => {
      fail(code);
      await expect(call(create, { name: 'A' })).rejects.toMatchObject({ code });
      client.answer = () => 'done';
      expect(await call(create, { name: 'A' })).toEqual({ value: 'done' });
    },
  );

  it.each<ErrorCode>(['outcome_unknown', 'smartlead_failed'])(
    'with %s may have been done: it is not sent again, unless the caller says so',
    async (code) => {
      fail(code);
      await expect(call(create, { name: 'A' })).rejects.toMatchObject({ code });
      await expect(call(create, { name: 'A' })).rejects.toMatchObject({
        code: 'outcome_unknown',
        message: expect.stringContaining('2027-01-15T08:00:00.000Z'),
        verify: { tool: 'campaigns_get_all' },
        nextStep: expect.stringContaining('repeat: true'),
      });
      expect(client.sent).toHaveLength(1);
      client.answer = () => 'done';
      expect(await call(create, { name: 'A' }, { repeat: true })).toEqual({ value: 'done' });
    },
  );

  it('says once that nobody knows what became of it', async () => {
    client.answer = () => {
      throw unknownOutcome(create, { name: 'A' }, 'The connection to Smartlead failed.');
    };
    await expect(call(create, { name: 'A' })).rejects.toThrow(/may have been carried out or not\.$/);
    await expect(call(create, { name: 'A' })).rejects.toThrow(
      /is not sent again\. The connection to Smartlead failed\. The request was sent, so it may have been carried out or not\.$/,
    );
  });

  it('whose outcome is unknown is sent again at once where that does no harm: not every client can say repeat', async () => {
    fail('outcome_unknown');
    await expect(call(setStatus, { campaign_id: 7, status: 'START' })).rejects.toMatchObject({ code: 'outcome_unknown' });
    expect(ledger.remembers(setStatus, { campaign_id: 7, status: 'START' })).toBe(false);
    client.answer = () => 'done';
    expect(await call(setStatus, { campaign_id: 7, status: 'START' })).toEqual({ value: 'done' });
    expect(client.sent).toHaveLength(2);
  });

  it('twice at once failed for both', async () => {
    fail('smartlead_not_found');
    const outcomes = await Promise.allSettled([call(create, { name: 'A' }), call(create, { name: 'A' })]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(client.sent).toHaveLength(1);
  });
});

describe('a write that leaves the same state however often it is made', () => {
  const status = (wanted: string) => call(setStatus, { campaign_id: 7, status: wanted });

  it('is sent again once another write has been: start, pause, start', async () => {
    await status('START');
    await status('PAUSED');
    await status('START');
    expect(client.sent).toHaveLength(3);
    expect((await status('START')).firstSentAt).toBeDefined();
    expect(client.sent).toHaveLength(3);
  });

  it('also while the first is still under way', async () => {
    const gate = Promise.withResolvers<void>();
    client.beforeAnswering = gate.promise;
    const calls = [status('START')];
    await Promise.resolve();
    calls.push(status('PAUSED'));
    await Promise.resolve();
    calls.push(status('START'));
    gate.resolve();
    await Promise.all(calls);
    expect(client.sent).toHaveLength(3);
  });

  it('is forgotten for another write only where that was sent; other writes stay remembered', async () => {
    await call(create, { name: 'A' });
    await status('START');
    await call(create, { name: 'A' });
    expect((await status('START')).firstSentAt).toBeDefined();
    expect(client.sent).toHaveLength(2);
  });
});

describe('cancelling', () => {
  it('before it was sent takes the write back; whoever waited for it sends it', async () => {
    const gate = Promise.withResolvers<void>();
    client.beforeLeaving = gate.promise;
    const cancel = new AbortController();
    const first = call(create, { name: 'A' }, { signal: cancel.signal });
    const second = call(create, { name: 'A' });
    cancel.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled', message: expect.stringContaining('Nothing was sent') });
    gate.resolve();
    expect(await second).toEqual({ value: { number: 1 } });
    expect(client.sent).toHaveLength(1);
  });

  it('after it was sent is told so; the write goes on, is logged, and the same call gets its outcome', async () => {
    const gate = Promise.withResolvers<void>();
    client.beforeAnswering = gate.promise;
    const cancel = new AbortController();
    const first = call(create, { name: 'A' }, { signal: cancel.signal });
    await Promise.resolve();
    cancel.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled', message: expect.stringContaining('after it was sent') });
    expect(ledger.unattended).toBe(1);
    const again = call(create, { name: 'A' });
    gate.resolve();
    expect(await again).toEqual({ value: { number: 1 }, firstSentAt: now });
    expect(ledger.unattended).toBe(0);
    expect(logged).toEqual(['Write cancelled by the client after it was sent: outcome ok']);
  });

  it('while a refused attempt waits to be repeated does not cancel whoever waits for the same write', async () => {
    const refusedOnce = Promise.withResolvers<void>();
    client.betweenAttempts = refusedOnce.promise;
    client.answer = (number) => {
      if (number > 1) return 'done';
      throw new SmartleadError('cancelled', 'The call was cancelled while it waited for the rate limit. Nothing was sent.', {
        requestLeft: false,
      });
    };
    const cancel = new AbortController();
    const first = call(setStatus, { status: 'PAUSED' }, { signal: cancel.signal });
    const second = call(setStatus, { status: 'PAUSED' });
    await Promise.resolve();
    cancel.abort();
    refusedOnce.resolve();
    await expect(first).rejects.toMatchObject({ code: 'cancelled', requestLeft: false });
    expect(await second).toEqual({ value: 'done' });
    expect({ unattended: ledger.unattended, logged }).toEqual({ unattended: 0, logged: [] });
  });

  it('while waiting for the same write of another leaves that one alone', async () => {
    const gate = Promise.withResolvers<void>();
    client.beforeAnswering = gate.promise;
    const first = call(create, { name: 'A' });
    const cancel = new AbortController();
    const second = call(create, { name: 'A' }, { signal: cancel.signal });
    cancel.abort();
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    gate.resolve();
    expect(await first).toEqual({ value: { number: 1 } });
  });
});

it('reads are not remembered', async () => {
  await call(read, {});
  await call(read, {});
  expect(client.sent).toHaveLength(2);
  expect(ledger.remembers(read, {})).toBe(false);
});

it('a write that still waits to be sent is not known yet: who makes it too may have to send it', async () => {
  const gate = Promise.withResolvers<void>();
  client.beforeLeaving = gate.promise;
  const first = call(create, { name: 'A' });
  expect(ledger.remembers(create, { name: 'A' })).toBe(false);
  gate.resolve();
  await first;
  expect(ledger.remembers(create, { name: 'A' })).toBe(true);
});

it('whether a write would be sent can be asked', async () => {
  expect(ledger.remembers(create, { name: 'A' })).toBe(false);
  await call(create, { name: 'A' });
  expect(ledger.remembers(create, { name: 'A' })).toBe(true);
  now += 10 * minutes;
  expect(ledger.remembers(create, { name: 'A' })).toBe(false);
});

it('whatever is called in whatever order, no write that may not be repeated is sent twice within ten minutes unless asked to', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('create' as const), name: fc.nat(3), repeat: fc.constant(false) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('create' as const), name: fc.nat(3), repeat: fc.constant(true) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('status' as const), status: fc.constantFrom('START', 'PAUSED') }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('time' as const), minutes: fc.integer({ min: 1, max: 8 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('outcome' as const), unknown: fc.boolean() }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const fake = new FakeClient();
      let time = 0;
      const tested = new WriteLedger({ client: fake, log: { write: () => undefined, flush: () => undefined }, now: () => time });
      const lastSent = new Map<number, number>();
      let lastStatus: string | undefined;
      for (const event of steps) {
        if (event.kind === 'time') time += event.minutes * minutes;
        else if (event.kind === 'outcome') {
          fake.answer = event.unknown
            ? () => {
                throw new SmartleadError('outcome_unknown', 'lost');
              }
            : (number) => ({ number });
        } else if (event.kind === 'status') {
          const before = fake.sent.length;
          await tested
            .call(setStatus, { status: event.status }, { signal: never, session: '', repeat: false })
            .catch(() => undefined);
          // The state asked for is the state there is, whatever was sent.
          if (fake.sent.length > before) lastStatus = event.status;
          expect(lastStatus).toBe(event.status);
        } else {
          const before = fake.sent.length;
          await tested
            .call(create, { name: event.name }, { signal: never, session: '', repeat: event.repeat })
            .catch(() => undefined);
          const due = event.repeat || time - (lastSent.get(event.name) ?? Number.NEGATIVE_INFINITY) >= 10 * minutes;
          expect(fake.sent.length - before).toBe(due ? 1 : 0);
          if (due) lastSent.set(event.name, time);
        }
      }
    }),
    { numRuns: 200 },
  );
});

it('remembers only so much, and forgets the oldest first', async () => {
  client.answer = () => ({ text: 'x'.repeat(10_000) });
  for (let index = 0; index < 400; index += 1) await call(create, { name: `A${index}` });
  expect(ledger.remembers(create, { name: 'A399' })).toBe(true);
  expect(ledger.remembers(create, { name: 'A0' })).toBe(false);
});
