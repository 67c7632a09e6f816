import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BodyDeadlines } from '../../../container/router/body-deadlines.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

describe('the deadlines of bodies', () => {
  it('come to each in its time, with one timer for all', () => {
    const deadlines = new BodyDeadlines(1_000);
    const late: string[] = [];
    deadlines.begin(() => late.push('first'));
    vi.advanceTimersByTime(400);
    const second = deadlines.begin(() => late.push('second'));
    deadlines.begin(() => late.push('third'));
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(650);
    expect(late).toEqual(['first']);
    deadlines.end(second);
    vi.advanceTimersByTime(400);
    expect(late).toEqual(['first', 'third']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('begin again after a pause', () => {
    const deadlines = new BodyDeadlines(1_000);
    deadlines.end(deadlines.begin(() => expect.unreachable('it was complete')));
    vi.advanceTimersByTime(5_000);
    const late = vi.fn();
    deadlines.begin(late);
    vi.advanceTimersByTime(900);
    expect(late).not.toHaveBeenCalled();
    vi.advanceTimersByTime(200);
    expect(late).toHaveBeenCalledOnce();
  });
});
