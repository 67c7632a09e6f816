import { describe, expect, it } from 'vitest';
import { type EventKind, EventLog, EventLogRoom } from '../../../../container/router/http-sse/event-log.ts';
import { KeptBodies } from '../../../../container/router/http-sse/kept-bodies.ts';
import { OpeningGate } from '../../../../container/router/http-sse/opening-gate.ts';
import { ParkedSessions } from '../../../../container/router/http-sse/parked-sessions.ts';
import {
  noteUncertainty,
  type ParkedView,
  recogniseSilentClient,
} from '../../../../container/router/http-sse/returning-client.ts';
import { UnsettledWaits } from '../../../../container/router/http-sse/unsettled-waits.ts';

describe('the log of events', () => {
  const of = (number: number, kind: EventKind) => ({ number, kind, bytes: Buffer.alloc(10), answers: [] });
  const texts = (log: EventLog, after?: number) =>
    log.deliver(after === undefined ? undefined : { number: after }, 0).map(({ number }) => number);

  it('gives what was not sent, and by number what was; once', () => {
    const room = new EventLogRoom({ perSession: 100, inAll: 1_000, sentPerSession: 100, sentMaxAgeMs: 50 });
    const log = new EventLog(room, 'ws_1');
    log.sent(of(1, 'answer'), 0);
    log.sent(of(0, 'notification'), 0);
    log.sent(of(2, 'answer'), 10);
    log.keep(of(3, 'answer'));
    log.keep(of(0, 'notification'));
    expect(log.holdsUndelivered).toBe(true);
    expect(texts(log, 1)).toEqual([2, 3, 0]);
    expect(log.holdsUndelivered).toBe(false);
    expect(texts(log)).toEqual([]);
    expect(texts(log, 2)).toEqual([3]);
    log.sweep(40);
    expect(log.isEmpty).toBe(false);
    log.sweep(60);
    expect(log.isEmpty).toBe(true);
    expect(room.bytes).toBe(0);
  });

  it('makes room by forgetting what was sent, then notifications, and never an answer', () => {
    const room = new EventLogRoom({ perSession: 40, inAll: 1_000, sentPerSession: 40, sentMaxAgeMs: 50 });
    const log = new EventLog(room, 'ws_1');
    log.sent(of(1, 'answer'), 0);
    log.keep(of(0, 'notification'));
    for (const number of [2, 3, 4, 5]) expect(log.keep(of(number, 'answer'))).toBe(true);
    expect(log.keep(of(0, 'notification'))).toBe(true);
    expect(log.keep(of(6, 'answer'))).toBe(false);
    expect(texts(log)).toEqual([2, 3, 4, 5]);
    log.clear();
    expect(room.bytes).toBe(0);
  });

  it('shares the room of its workspace with the logs of its other sessions', () => {
    const room = new EventLogRoom({ perSession: 100, inAll: 80, sentPerSession: 100, sentMaxAgeMs: 50 });
    const [one, two] = [new EventLog(room, 'ws_1'), new EventLog(room, 'ws_1')];
    expect([one.keep(of(1, 'answer')), two.keep(of(1, 'answer')), two.keep(of(2, 'answer'))]).toEqual([true, true, false]);
    one.clear();
    expect(two.keep(of(2, 'answer'))).toBe(true);
  });

  it('leaves room for other workspaces, whatever one of them keeps', () => {
    const room = new EventLogRoom({ perSession: 1_000, inAll: 80, sentPerSession: 100, sentMaxAgeMs: 50 });
    const loud = new EventLog(room, 'ws_1');
    while (loud.keep(of(1, 'answer')));
    loud.sent(of(2, 'answer'), 0);
    expect(room.bytes).toBe(20);
    const others = ['ws_2', 'ws_3', 'ws_4'].map((workspaceId) => new EventLog(room, workspaceId));
    expect(others.map((log) => log.keep(of(1, 'answer')) && log.keep(of(2, 'answer')))).toEqual([true, true, true]);
    expect(new EventLog(room, 'ws_5').keep(of(1, 'answer'))).toBe(false);
    for (const log of [loud, ...others]) log.clear();
    expect([room.bytes, new EventLog(room, 'ws_5').keep(of(1, 'answer'))]).toEqual([0, true]);
  });
});

it('bodies are kept up to the limits of their session, of a quarter for their workspace, and of all', () => {
  const bodies = new KeptBodies({ perSession: 10, inAll: 60 });
  const [one, two] = [bodies.share('ws_1'), bodies.share('ws_1')];
  expect([one.keep(8), one.keep(3), two.keep(8), two.keep(7)]).toEqual([true, false, false, true]);
  one.release(8);
  expect(two.keep(3)).toBe(true);
  expect(bodies.bytes).toBe(10);
  const others = ['ws_2', 'ws_3', 'ws_4', 'ws_5'].map((workspaceId) => [bodies.share(workspaceId), bodies.share(workspaceId)]);
  expect(others.map(([first, second]) => first?.keep(8) === true && second?.keep(7) === true)).toEqual([true, true, true, false]);
});

it('the gate lets so many in at once for each instance, the others in their turn', async () => {
  const gate = new OpeningGate(1);
  const order: string[] = [];
  expect(gate.enter('a')).toBeUndefined();
  expect(gate.enter('b')).toBeUndefined();
  const first = gate.enter('a')?.then(() => order.push('first'));
  const second = gate.enter('a')?.then(() => order.push('second'));
  gate.leave('a');
  await first;
  expect(order).toEqual(['first']);
  gate.leave('a');
  await second;
  gate.leave('a');
  expect(gate.enter('a')).toBeUndefined();
});

describe('parked sessions', () => {
  const dropped: string[] = [];
  const session = (name: string, tokenHash: string, isAwaited = false) => {
    const each = {
      traits: { tokenHash },
      token: { id: `id-${tokenHash}` },
      isAwaited,
      drop: () => {
        dropped.push(name);
        parked.remove(each);
      },
    };
    return each;
  };
  const parked = new ParkedSessions<ReturnType<typeof session>>({ perToken: 2, inAll: 3 });

  it('are bounded by token and in all; who waits for something stays longest', () => {
    parked.add(session('a', 'x', true));
    parked.add(session('b', 'x'));
    parked.add(session('c', 'x', true));
    expect(dropped).toEqual(['b']);
    parked.add(session('d', 'x', true));
    expect(dropped).toEqual(['b', 'a']);
    parked.add(session('e', 'y', true));
    parked.add(session('f', 'z'));
    expect(dropped).toEqual(['b', 'a', 'f']);
    parked.dropOfToken('id-x');
    expect(dropped).toEqual(['b', 'a', 'f', 'c', 'd']);
    expect(parked.size).toBe(1);
  });
});

describe('what clients may wait for in other sessions than theirs', () => {
  const request = { mayRepeat: true, order: 1 };
  const traits = { tokenHash: 'x', userAgent: 'n8n', address: '127.0.0.1', protocolVersion: undefined };
  const parkedAs = (id: string, awaited: number[]): ParkedView => ({
    id,
    traits,
    isAwaited: awaited.length > 0,
    cutAt: 0,
    saidAt: 0,
    isDoubtful: false,
    unsettled: new UnsettledWaits(),
    awaitedRequests: () => new Map(awaited.map((each) => [each, request])),
  });

  it('keeps a silent client from the session of another one that waits for the same, until it has given up', () => {
    const [idle, taken] = [parkedAs('idle', []), parkedAs('taken', [2])];
    expect(recogniseSilentClient(traits, [idle, taken], 1)).toEqual({ session: taken, others: [idle] });
    noteUncertainty({ session: taken, others: [idle] }, performance.now() + 60_000);
    expect(recogniseSilentClient(traits, [idle, parkedAs('third', [2])], 1)).toBeUndefined();
    expect(recogniseSilentClient(traits, [idle, parkedAs('third', [3])], 1)?.session.id).toBe('third');
    expect(recogniseSilentClient(traits, [idle, taken], 1)?.session).toBe(taken);
    const late = parkedAs('late', []);
    noteUncertainty({ session: taken, others: [late] }, performance.now() - 1);
    expect(recogniseSilentClient(traits, [late, parkedAs('third', [2])], 1)?.session.id).toBe('third');
  });

  it('is remembered of a few sessions only', () => {
    const unsettled = new UnsettledWaits();
    for (let each = 0; each < 100; each += 1) unsettled.add(`s-${each}`, new Map([[2, request]]), performance.now() + 60_000);
    expect(unsettled.mistakable('other', new Map([[2, request]]))).toHaveLength(32);
  });
});
