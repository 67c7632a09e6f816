import { describe, expect, it } from 'vitest';
import { MemoryLogFeed } from '../../../../functions/adapters/memory/log-feed.ts';

const entry = (instanceId: string, message: string) => ({
  ...{ id: message, instanceId, message, level: 'info' as const, time: '2026-11-22T08:00:00.000Z' },
});

describe('the log feed', () => {
  it('passes an entry to all who listen to its instance, and to no other', () => {
    const feed = new MemoryLogFeed();
    const heard: string[] = [];
    feed.subscribe('a', ({ message }) => heard.push(`first ${message}`));
    feed.subscribe('a', () => {
      throw new Error('stream closed');
    });
    feed.subscribe('a', ({ message }) => heard.push(`last ${message}`));
    feed.subscribe('b', ({ message }) => heard.push(`b ${message}`));
    feed.publish([entry('a', '1'), entry('b', '2')]);
    expect(heard).toEqual(['first 1', 'last 1', 'b 2']);
  });

  it('ends a subscription alone, even of a function that listens twice', () => {
    const feed = new MemoryLogFeed();
    const heard: string[] = [];
    const listener = ({ message }: { message: string }) => void heard.push(message);
    const leave = feed.subscribe('a', listener);
    feed.subscribe('a', listener);
    leave();
    leave();
    feed.publish([entry('a', '1')]);
    expect(heard).toEqual(['1']);
  });
});
