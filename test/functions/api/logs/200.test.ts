import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InstanceLogEntry } from '../../../../functions/ports.ts';
import { createRunningInstance } from '../api-client.ts';

function entry(instanceId: string, number: number, more: Partial<InstanceLogEntry> = {}): InstanceLogEntry {
  const time = new Date(Date.UTC(2026, 10, 22, 8, 0, number)).toISOString();
  return { id: `log_${number}`, instanceId, time, level: 'info', message: `entry ${number}`, ...more };
}

describe('lists', () => {
  it('entries newest first, filtered, without the instance id', async () => {
    const { platform, api, owner, instanceId } = await createRunningInstance();
    await platform.instanceLogs.append([
      entry(instanceId, 1),
      entry(instanceId, 2, { level: 'error', tool: 'leads_get', durationMs: 12, outcome: 'ok', requestId: 'r' }),
      entry('ins_other', 3),
    ]);
    const read = (query: string) => api.call('GET', `/v1/instances/${instanceId}/logs${query}`, { token: owner.token });
    expect((await read('')).json).toEqual({
      items: [
        {
          id: 'log_2',
          time: '2026-11-22T08:00:02.000Z',
          level: 'error',
          message: 'entry 2',
          tool: 'leads_get',
          durationMs: 12,
          outcome: 'ok',
          requestId: 'r',
        },
        { id: 'log_1', time: '2026-11-22T08:00:01.000Z', level: 'info', message: 'entry 1' },
      ],
      nextCursor: null,
    });
    expect((await read('?level=error')).json.items).toHaveLength(1);
    expect((await read('?tool=leads_get')).json.items).toHaveLength(1);
    expect((await read('?search=ENTRY%201')).json.items).toHaveLength(1);
    expect((await read('?outcome=ok')).json.items).toHaveLength(1);
    expect((await read('?requestId=r')).json.items).toHaveLength(1);
    expect((await read('?from=2026-11-22T08:00:02Z')).json.items).toHaveLength(1);
    expect((await read('?to=2026-11-22T08:00:02Z')).json.items).toHaveLength(1);
    expect((await read('?follow=false')).status).toBe(200);
  });

  it('events newest first', async () => {
    const { api, owner, instanceId } = await createRunningInstance();
    await api.call('POST', `/v1/instances/${instanceId}/stop`, { token: owner.token });
    const answer = await api.call('GET', `/v1/instances/${instanceId}/events`, { token: owner.token });
    expect(answer.json.items.map((event: { type: string }) => event.type)).toEqual(['stop-requested', 'created']);
  });
});

describe('follow', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function follow(query = '') {
    const context = await createRunningInstance();
    const client = new AbortController();
    const open = async () => {
      const path = `/v1/instances/${context.instanceId}/logs?follow=true${query}`;
      const answer = await context.api.call('GET', path, {
        token: context.owner.token,
        context: { streaming: true, signal: client.signal },
      });
      if (answer.stream === undefined) throw new Error(`no stream: ${answer.text}`);
      return { answer, chunks: answer.stream[Symbol.asyncIterator]() };
    };
    return { ...context, client, open };
  }

  it('starts with the newest 50, oldest first, and goes on with what comes, each once', async () => {
    const { platform, instanceId, open } = await follow();
    await platform.instanceLogs.append(Array.from({ length: 60 }, (_, number) => entry(instanceId, number)));
    const { answer, chunks } = await open();
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect((await chunks.next()).value).toMatch(/^:/);
    const late = entry(instanceId, 60);
    await platform.instanceLogs.append([late]);
    platform.instanceLogFeed.publish([late]);
    const numbers: number[] = [];
    for (let count = 0; count < 50; count += 1) {
      const chunk: string = (await chunks.next()).value;
      numbers.push(Number(/^data: .*"entry (\d+)"/.exec(chunk)?.[1]));
    }
    expect(numbers).toEqual(Array.from({ length: 50 }, (_, index) => index + 11));
    platform.instanceLogFeed.publish([entry(instanceId, 61), entry('ins_other', 62)]);
    expect((await chunks.next()).value).toContain('entry 61');
    await chunks.return?.();
    expect(platform.instanceLogFeed.subscriptions).toBe(0);
  });

  it('goes on after the last entry that the client saw, for each of several clients', async () => {
    const { platform, api, owner, instanceId } = await createRunningInstance();
    await platform.instanceLogs.append(Array.from({ length: 5 }, (_, number) => entry(instanceId, number)));
    const resume = async (lastEventId: string) => {
      const answer = await api.call('GET', `/v1/instances/${instanceId}/logs?follow=true`, {
        token: owner.token,
        headers: { 'last-event-id': lastEventId },
        context: { streaming: true },
      });
      const chunks = answer.stream?.[Symbol.asyncIterator]();
      await chunks?.next();
      return chunks;
    };
    const [one, other] = [await resume('log_2'), await resume('log_4')];
    expect((await one?.next())?.value).toMatch(/^data: .*"entry 3".*\nid: log_3\n\n$/);
    expect((await one?.next())?.value).toContain('entry 4');
    const next = other?.next();
    await vi.advanceTimersByTimeAsync(1);
    platform.instanceLogFeed.publish([entry(instanceId, 5)]);
    expect((await next)?.value).toContain('entry 5');
    expect((await one?.next())?.value).toContain('entry 5');
    const stranger = await resume('zzz');
    expect((await stranger?.next())?.value).toContain('entry 0');
    for (const chunks of [one, other, stranger]) await chunks?.return?.(undefined);
  });

  it('tells a client that reads too slowly how many entries it lost, and holds no more than a thousand for it', async () => {
    const { platform, instanceId, open } = await follow();
    const { chunks } = await open();
    await chunks.next();
    const first = chunks.next();
    await vi.advanceTimersByTimeAsync(1);
    platform.instanceLogFeed.publish(Array.from({ length: 1203 }, (_, number) => entry(instanceId, number)));
    expect((await first).value).toBe('event: gap\ndata: {"entries":203}\n\n');
    expect((await chunks.next()).value).toContain('entry 203');
    await chunks.return?.();
  });

  it('keeps the connection alive every 15 seconds', async () => {
    const { open } = await follow();
    const { chunks } = await open();
    await chunks.next();
    const next = chunks.next();
    await vi.advanceTimersByTimeAsync(15_000);
    expect((await next).value).toBe(': keep-alive\n\n');
    await chunks.return?.();
  });

  it.each(['the reader left the workspace', 'the instance was deleted', 'the instance is gone'])(
    'ends within 15 seconds where %s, also while much is logged',
    async (what) => {
      const { platform, instanceId, open } = await follow();
      const { chunks } = await open();
      await chunks.next();
      if (what === 'the reader left the workspace') vi.spyOn(platform.accounts, 'findMembership').mockResolvedValue(undefined);
      else if (what === 'the instance is gone') await platform.instances.delete(instanceId);
      else await platform.instances.update(instanceId, { desiredState: 'deleted' });
      const next = chunks.next();
      await vi.advanceTimersByTimeAsync(1);
      platform.instanceLogFeed.publish(Array.from({ length: 20 }, (_, number) => entry(instanceId, number)));
      await next;
      await vi.advanceTimersByTimeAsync(15_000);
      expect((await chunks.next()).done).toBe(true);
      expect(platform.instanceLogFeed.subscriptions).toBe(0);
    },
  );

  it('goes on where it cannot be found out whether the reader may', async () => {
    const { platform, open } = await follow();
    const { chunks } = await open();
    await chunks.next();
    vi.spyOn(platform.accounts, 'findMembership').mockRejectedValue(new Error('down'));
    const next = chunks.next();
    await vi.advanceTimersByTimeAsync(15_000);
    expect((await next).value).toBe(': keep-alive\n\n');
    await chunks.return?.();
  });

  it('filters what comes as it filters what was', async () => {
    const { platform, instanceId, open } = await follow('&level=error');
    const { chunks } = await open();
    await chunks.next();
    const next = chunks.next();
    await vi.advanceTimersByTimeAsync(1);
    platform.instanceLogFeed.publish([entry(instanceId, 1), entry(instanceId, 2, { level: 'error' })]);
    expect((await next).value).toContain('entry 2');
    await chunks.return?.();
  });

  it.each(['leaves', 'stays for 15 minutes'])('ends when the client %s', async (how) => {
    const { platform, client, open } = await follow();
    const { chunks } = await open();
    await chunks.next();
    const rest = (async () => {
      while (!(await chunks.next()).done);
    })();
    await vi.advanceTimersByTimeAsync(1);
    expect(platform.instanceLogFeed.subscriptions).toBe(1);
    if (how === 'leaves') client.abort();
    else await vi.advanceTimersByTimeAsync(15 * 60_000);
    await rest;
    expect(platform.instanceLogFeed.subscriptions).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
