import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OpenTokenWatch } from '../../../container/router/open-token-watch.ts';
import { refusals } from '../../../container/router/refusal.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the watch over open tokens', () => {
  it('reports an exchange that cannot be closed, closes the others, and goes on watching', async () => {
    const token = { hash: 'h', id: 't', instanceId: 'i', workspaceId: 'w', expiresAt: Number.POSITIVE_INFINITY };
    const closed: string[] = [];
    const reported: unknown[] = [];
    const broken = new Error('cannot close');
    const exchanges = [
      {
        close: () => {
          throw broken;
        },
      },
      { close: () => void closed.push('second') },
    ];
    const open = { tokens: () => [token], ofTokenHash: () => exchanges };
    const watch = new OpenTokenWatch(open, { recheck: () => refusals.tokenUnknown }, 100, (error) => reported.push(error));
    await vi.advanceTimersByTimeAsync(100);
    expect({ closed, reported }).toEqual({ closed: ['second'], reported: [broken] });
    await vi.advanceTimersByTimeAsync(100);
    expect(reported).toHaveLength(2);
    watch.stop();
  });
});
