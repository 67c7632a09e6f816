import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createIdentifier, timeOfIdentifier } from '../../../../core/identifiers.ts';
import type { InstanceLogEntry } from '../../../../functions/ports.ts';
import { createRunningInstance } from '../api-client.ts';

describe('follow where the host sends whole answers only', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function given() {
    const context = await createRunningInstance();
    const { platform, api, owner, instanceId } = context;
    const now = () => platform.clock.now().getTime();
    /** Stores entries that came so many milliseconds before now. */
    const log = async (...ages: number[]): Promise<string[]> => {
      const entries = ages.map((age): InstanceLogEntry => {
        const time = new Date(now() - age).toISOString();
        return { id: createIdentifier('log', now() - age), instanceId, time, level: 'info', message: `${age} before ${now()}` };
      });
      await platform.instanceLogs.append(entries);
      return entries.map(({ id }) => id);
    };
    const follow = (lastEventId?: string, query = '') =>
      api.call('GET', `/v1/instances/${instanceId}/logs?follow=true${query}`, {
        token: owner.token,
        ...(lastEventId === undefined ? {} : { headers: { 'last-event-id': lastEventId } }),
      });
    return { ...context, now, log, follow };
  }

  const idsOf = (text: string | undefined) => [...(text ?? '').matchAll(/^id: (.*)$/gmu)].map((match) => match[1]);

  it('answers at once with the newest entries, oldest first, and says when to come back', async () => {
    const { log, follow } = await given();
    const ids = await log(...Array.from({ length: 60 }, (_, number) => 10_000 - number));
    const answer = await follow();
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(answer.text).toMatch(/^retry: 1000\n\ndata: \{/);
    expect(idsOf(answer.text)).toEqual(ids.slice(10));
  });

  it('waits for what comes after the last entry, and then answers that alone', async () => {
    const { log, follow, platform } = await given();
    const [seen] = await log(9000);
    const answer = follow(seen);
    await vi.advanceTimersByTimeAsync(3000);
    const [fresh] = await log(0);
    platform.clock.advance(2000);
    await vi.advanceTimersByTimeAsync(1000);
    expect(idsOf((await answer).text)).toEqual([fresh]);
  });

  it('holds back an entry until those that came before it are there, so that none is lost', async () => {
    const { log, follow, platform } = await given();
    const [seen] = await log(9000);
    const [later] = await log(1000);
    const answer = follow(seen);
    await vi.advanceTimersByTimeAsync(1500);
    const [earlier] = await log(1200);
    platform.clock.advance(2000);
    await vi.advanceTimersByTimeAsync(1000);
    expect(idsOf((await answer).text)).toEqual([earlier, later]);
  });

  it('ends empty after 20 seconds, or when the client leaves', async () => {
    const { follow, log } = await given();
    const [seen] = await log(9000);
    const answer = follow(seen, '&level=error');
    await vi.advanceTimersByTimeAsync(18_000);
    let ended = false;
    void answer.then(() => (ended = true));
    await vi.advanceTimersByTimeAsync(500);
    expect(ended).toBe(false);
    await vi.advanceTimersByTimeAsync(2000);
    expect((await answer).text).toBe('retry: 1000\n\n');
  });

  it('takes an id that is not ours for none', async () => {
    const { log, follow } = await given();
    const ids = await log(9000, 8000);
    expect(idsOf((await follow('zzz')).text)).toEqual(ids);
    expect(timeOfIdentifier('log', 'log_zzz')).toBeUndefined();
  });
});
