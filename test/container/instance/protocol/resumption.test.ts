import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type OpenStream, openStream, rawRequest } from '../raw-http.ts';
import {
  initialize,
  json,
  openSession,
  type ReceivedEvent,
  type RunningDoors,
  readEvents,
  request,
  result,
  startDoors,
  type ToolBehaviour,
} from './start-doors.ts';

let doors: RunningDoors;
afterEach(() => doors.close());

/** A tool that reports so many steps and answers; each step waits for its turn. */
function stepping(steps: number, mayStep: (step: number) => Promise<unknown>): ToolBehaviour {
  return async (_arguments, { progress }) => {
    for (let step = 1; step <= steps; step += 1) {
      await mayStep(step);
      progress(step, steps);
    }
    await mayStep(steps + 1);
    return result('done');
  };
}

const call = (id: number, name = 'read') => request(id, 'tools/call', { name, arguments: {}, _meta: { progressToken: 'p' } });

function post(headers: Record<string, string>, body: string): Promise<OpenStream> {
  return openStream(`${doors.url}/mcp`, { method: 'POST', headers, body });
}

function resume(headers: Record<string, string>, lastEventId: string): Promise<OpenStream> {
  return openStream(`${doors.url}/mcp`, { headers: { ...headers, 'last-event-id': lastEventId } });
}

function messages(events: readonly ReceivedEvent[]): unknown[] {
  return events.filter(({ data }) => data !== '').map(({ data }) => JSON.parse(data));
}

function progressOf(message: unknown): unknown {
  return (message as { params?: { progress: number } }).params?.progress;
}

describe('a stream that is cut', () => {
  it('goes on after the last event that arrived, wherever it is cut: nothing is lost, nothing comes twice', async () => {
    doors = await startDoors({ read: stepping(6, () => delay(2)) });
    const headers = await openSession(doors.url);
    let id = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 }), async (eventsBeforeCuts) => {
        id += 1;
        let stream = await post(headers, call(id));
        const received: ReceivedEvent[] = [];
        for (const count of eventsBeforeCuts) {
          // Fewer may be left than this cut waits for.
          await Promise.race([stream.waitFor(new RegExp(`^(?:[^]*?\\n\\n){${count}}`)), stream.ended]);
          stream.leave();
          received.push(...readEvents(stream.text()));
          stream = await resume(headers, received.at(-1)?.id ?? '');
          if (stream.status === 204) break;
        }
        await stream.ended;
        received.push(...readEvents(stream.text()));
        expect(messages(received).map((message) => progressOf(message) ?? 'answer')).toEqual([1, 2, 3, 4, 5, 6, 'answer']);
      }),
      { numRuns: 25 },
    );
  });

  it('is no cancellation: the call runs on, and its client has the answer when it comes back', async () => {
    const gate = Promise.withResolvers<void>();
    let aborted = false;
    doors = await startDoors({
      read: async (_arguments, { signal, progress }) => {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
        progress(1);
        await gate.promise;
        return result('late');
      },
    });
    const headers = await openSession(doors.url);
    const first = await post(headers, call(1));
    await first.waitFor(/"progress":1/);
    const cursor = readEvents(first.text()).at(-1)?.id ?? '';
    first.leave();
    await doors.allLeft();
    const second = await resume(headers, cursor);
    expect(second.status).toBe(200);
    gate.resolve();
    await second.waitFor(/"late"/);
    await second.ended;
    expect(aborted).toBe(false);
    const nothingLeft = await resume(headers, readEvents(second.text()).at(-1)?.id ?? '');
    expect(nothingLeft.status).toBe(204);
  });

  it('whose client does not come back is given up after a while: reads end, writes go on', async () => {
    const aborted: string[] = [];
    const finish = Promise.withResolvers<void>();
    const wait =
      (name: string): ToolBehaviour =>
      (_arguments, { signal, progress }) => {
        progress(1);
        return new Promise((resolve) => {
          void finish.promise.then(() => resolve(result(`${name} done`)));
          signal.addEventListener('abort', () => {
            aborted.push(name);
            resolve(result('stopped'));
          });
        });
      };
    doors = await startDoors({ read: wait('read'), write: wait('write') });
    const headers = await openSession(doors.url);
    for (const [id, name] of [
      [1, 'read'],
      [2, 'write'],
    ] as const) {
      const stream = await post(headers, call(id, name));
      await stream.waitFor(/"progress":1/);
      stream.leave();
    }
    await doors.allLeft();
    doors.sessions.sweep(Date.now() + 60_000);
    await rawRequest(`${doors.url}/mcp`, { method: 'POST', headers, body: request(3, 'ping') });
    expect(aborted).toEqual([]);
    doors.sessions.sweep(Date.now() + 91_000);
    await expect.poll(() => aborted).toEqual(['read']);
    finish.resolve();
    const late = await resume(headers, 'post-2.1');
    await late.waitFor(/"write done"/);
    expect(aborted).toEqual(['read']);
  });

  it('of another request is never mixed in', async () => {
    doors = await startDoors({ read: stepping(3, () => delay(5)) });
    const headers = await openSession(doors.url);
    const streams = await Promise.all([1, 2, 3].map((id) => post(headers, call(id))));
    await Promise.all(streams.map((stream) => stream.ended));
    for (const [index, stream] of streams.entries()) {
      const events = readEvents(stream.text());
      const again = await resume(headers, events[0]?.id ?? '');
      await again.ended;
      expect(messages(readEvents(again.text()))).toEqual(messages(events));
      expect(messages(events).at(-1)).toMatchObject({ id: index + 1 });
    }
    const ids = streams.flatMap((stream) => readEvents(stream.text()).map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('can not be resumed from elsewhere: 400 for an event nobody knows, 404 in another session', async () => {
    doors = await startDoors({ read: stepping(2, () => delay(5)) });
    const headers = await openSession(doors.url);
    await (await post(headers, call(1))).ended;
    for (const id of ['post-9.1', 'post-1.99', 'x', '1', 'post-1.-1', '__proto__-1.1', 'constructor-1.1']) {
      expect((await resume(headers, id)).status).toBe(400);
    }
    const other = await openSession(doors.url);
    expect((await resume(other, 'post-1.1')).status).toBe(400);
    expect((await resume({ ...headers, 'mcp-session-id': 'unknown' }, 'post-1.1')).status).toBe(404);
  });

  it('is not kept beyond its bounds: then its client is told', async () => {
    const replayLimits = { events: 4, sessionSize: 100_000, totalSize: 100_000, keepMs: 90_000 };
    doors = await startDoors({ read: stepping(8, () => delay(1)) }, { replayLimits });
    const headers = await openSession(doors.url);
    const stream = await post(headers, call(1));
    await stream.ended;
    const events = readEvents(stream.text());
    expect((await resume(headers, events[1]?.id ?? '')).status).toBe(400);
    const tail = await resume(headers, events.at(-3)?.id ?? '');
    await tail.ended;
    expect(messages(readEvents(tail.text()))).toEqual(messages(events.slice(-2)));
    doors.sessions.sweep(Date.now() + 91_000);
    expect((await resume(headers, events.at(-3)?.id ?? '')).status).toBe(400);
  });
});

it('of the streams that are over, a session keeps the last 256: what is forgotten is told', { timeout: 30_000 }, async () => {
  doors = await startDoors({ read: stepping(1, async () => undefined) });
  const headers = await openSession(doors.url);
  const cursors: string[] = [];
  for (let id = 1; id <= 300; id += 1) {
    const stream = await post(headers, call(id));
    await stream.ended;
    cursors.push(readEvents(stream.text()).at(-1)?.id ?? '');
  }
  const statusOf = async (cursor = '') => (await resume(headers, cursor)).status;
  expect(await statusOf(cursors[0])).toBe(400);
  expect(await statusOf(cursors[43])).toBe(400);
  expect(await statusOf(cursors[45])).toBe(204);
  expect(await statusOf(cursors[299])).toBe(204);
});

describe('the standalone stream', () => {
  it('brings what changed while it was cut', async () => {
    doors = await startDoors();
    const headers = await openSession(doors.url);
    const first = await openStream(`${doors.url}/mcp`, { headers });
    await first.waitFor(/^id: get-1\.0\nretry: \d+\ndata: \n\n/);
    doors.changeResources();
    await first.waitFor(/list_changed/);
    const cursor = readEvents(first.text()).at(-1)?.id ?? '';
    first.leave();
    await doors.allLeft();
    doors.changeResources();
    const second = await resume(headers, cursor);
    await second.waitFor(/list_changed/);
    doors.changeResources();
    await expect.poll(() => messages(readEvents(second.text())).length).toBe(2);
    second.leave();
  });

  it('opens anew where what it missed is not kept any more', async () => {
    doors = await startDoors();
    const headers = await openSession(doors.url);
    const stream = await resume(headers, 'get-7.3');
    expect(stream.status).toBe(200);
    doors.changeResources();
    await stream.waitFor(/list_changed/);
    stream.leave();
  });
});

it('streams are primed for clients that understand it, and for no others', async () => {
  doors = await startDoors({ read: stepping(1, () => delay(5)) });
  for (const [revision, primed] of [
    ['2025-03-26', false],
    ['2025-06-18', false],
    ['2025-11-25', true],
  ] as const) {
    const stream = await post(await openSession(doors.url, revision), call(1));
    await stream.ended;
    expect([revision, readEvents(stream.text())[0]?.data === '']).toEqual([revision, primed]);
  }
});

it('a JSON answer names no event, and keeps nothing', async () => {
  doors = await startDoors({ read: async () => result('at once') });
  const headers = await openSession(doors.url);
  const answer = await rawRequest(`${doors.url}/mcp`, { method: 'POST', headers, body: call(1) });
  expect(answer.headers['content-type']).toBe('application/json');
  expect((await resume(headers, 'post-1.0')).status).toBe(400);
});

it('initialize is answered the same in every revision', async () => {
  doors = await startDoors();
  const answer = await rawRequest(`${doors.url}/mcp`, { method: 'POST', headers: json, body: initialize('2025-03-26') });
  expect(JSON.parse(answer.text).result.protocolVersion).toBe('2025-03-26');
});

it('a long silence turns an answer into a stream, so that proxies see it live', async () => {
  const finish = Promise.withResolvers<void>();
  doors = await startDoors({ read: stepping(0, () => finish.promise) }, { streamAfterMs: 20 });
  const stream = await post(await openSession(doors.url), call(1));
  expect(stream.headers['content-type']).toBe('text/event-stream');
  await stream.waitFor(/^id: post-1\.0\nretry: \d+\ndata: \n\n$/);
  finish.resolve();
  await stream.ended;
  expect(stream.text()).toMatch(/^id: post-1\.0\nretry: \d+\ndata: \n\nevent: message\nid: post-1\.1\ndata: \{.*"done".*\}\n\n$/);
});

it('that is five seconds of silence, unless told otherwise', async () => {
  const timers = vi.spyOn(globalThis, 'setTimeout');
  doors = await startDoors({ read: async () => result('at once') });
  await post(await openSession(doors.url), call(1));
  expect(timers.mock.calls.map(([, milliseconds]) => milliseconds)).toContain(5_000);
  timers.mockRestore();
});
