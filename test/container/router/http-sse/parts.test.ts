import { describe, expect, it } from 'vitest';
import { EventLog, EventLogRoom } from '../../../../container/router/http-sse/event-log.ts';
import { KeptBodies } from '../../../../container/router/http-sse/kept-bodies.ts';
import { OpeningGate } from '../../../../container/router/http-sse/opening-gate.ts';
import { ParkedSessions } from '../../../../container/router/http-sse/parked-sessions.ts';

describe('the log of events', () => {
  const event = Buffer.alloc(10);
  const texts = (log: EventLog, after?: number) =>
    log.deliver(after === undefined ? undefined : { number: after }, 0).map(({ number }) => number);

  it('gives what was not sent, and by number what was; once', () => {
    const room = new EventLogRoom({ perSession: 100, inAll: 1_000, sentPerSession: 100, sentMaxAgeMs: 50 });
    const log = new EventLog(room, 'ws_1');
    log.sent(1, 'answer', event, 0);
    log.sent(0, 'notification', event, 0);
    log.sent(2, 'answer', event, 10);
    log.keep(3, 'answer', event);
    log.keep(0, 'notification', event);
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
    log.sent(1, 'answer', event, 0);
    log.keep(0, 'notification', event);
    for (const number of [2, 3, 4, 5]) expect(log.keep(number, 'answer', event)).toBe(true);
    expect(log.keep(0, 'notification', event)).toBe(true);
    expect(log.keep(6, 'answer', event)).toBe(false);
    expect(texts(log)).toEqual([2, 3, 4, 5]);
    log.clear();
    expect(room.bytes).toBe(0);
  });

  it('shares the room of its workspace with the logs of its other sessions', () => {
    const room = new EventLogRoom({ perSession: 100, inAll: 80, sentPerSession: 100, sentMaxAgeMs: 50 });
    const [one, two] = [new EventLog(room, 'ws_1'), new EventLog(room, 'ws_1')];
    expect([one.keep(1, 'answer', event), two.keep(1, 'answer', event), two.keep(2, 'answer', event)]).toEqual([
      true,
      true,
      false,
    ]);
    one.clear();
    expect(two.keep(2, 'answer', event)).toBe(true);
  });

  it('leaves room for other workspaces, whatever one of them keeps', () => {
    const room = new EventLogRoom({ perSession: 1_000, inAll: 80, sentPerSession: 100, sentMaxAgeMs: 50 });
    const loud = new EventLog(room, 'ws_1');
    while (loud.keep(1, 'answer', event));
    loud.sent(2, 'answer', event, 0);
    expect(room.bytes).toBe(20);
    const others = ['ws_2', 'ws_3', 'ws_4'].map((workspaceId) => new EventLog(room, workspaceId));
    expect(others.map((log) => log.keep(1, 'answer', event) && log.keep(2, 'answer', event))).toEqual([true, true, true]);
    expect(new EventLog(room, 'ws_5').keep(1, 'answer', event)).toBe(false);
    for (const log of [loud, ...others]) log.clear();
    expect([room.bytes, new EventLog(room, 'ws_5').keep(1, 'answer', event)]).toEqual([0, true]);
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
