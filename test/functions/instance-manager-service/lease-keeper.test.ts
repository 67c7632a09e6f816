import { beforeEach, describe, expect, it, vi } from 'vitest';
import { LeaseKeeper } from '../../../functions/instance-manager-service/lease-keeper.ts';
import { InMemoryLeaseStore } from '../in-memory/lease-store.ts';

const never = new AbortController().signal;
let leases: InMemoryLeaseStore;

beforeEach(() => {
  leases = new InMemoryLeaseStore();
});

/** Real times, and short ones: a lease ends three seconds early, in case clocks differ. */
const times = { lastsMilliseconds: 3_300, renewalMilliseconds: 20 };

function keeper(holder: string) {
  return new LeaseKeeper({ leases, name: 'manager', holder, report: () => {}, ...times });
}

describe('a keeper of the lease', () => {
  it('has it at once where nobody does, and keeps it from others', async () => {
    const first = keeper('a');
    expect(await first.acquire(never)).toBe(true);
    const stop = new AbortController();
    const second = keeper('b').acquire(stop.signal);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(leases.leases.get('manager')).toMatchObject({ holder: 'a', fence: 1 });
    expect(first.lost.aborted).toBe(false);
    stop.abort();
    expect(await second).toBe(false);
    await first.release();
  });

  it('hands it over where it is given up', async () => {
    const first = keeper('a');
    await first.acquire(never);
    const second = keeper('b');
    const acquired = second.acquire(never);
    await first.release();
    expect(await acquired).toBe(true);
    expect(leases.leases.get('manager')).toMatchObject({ holder: 'b', fence: 2 });
    expect(first.lost.aborted).toBe(false);
    await second.release();
  });

  it('has lost it where somebody else has it', async () => {
    const first = keeper('a');
    await first.acquire(never);
    leases.leases.set('manager', { name: 'manager', holder: 'b', fence: 9, expiresAt: new Date().toISOString() });
    await vi.waitFor(() => expect(first.lost.aborted).toBe(true));
    await first.release();
    expect(leases.leases.get('manager')).toMatchObject({ holder: 'b', fence: 9 });
  });

  it.each([
    { title: 'refuses', disturb: () => Object.assign(leases, { failure: new Error('away') }) },
    { title: 'does not answer', disturb: () => Object.assign(leases, { hangs: true }) },
  ])('has lost it before it ends, where the store $title', async ({ disturb }) => {
    const first = keeper('a');
    await first.acquire(never);
    disturb();
    await vi.waitFor(() => expect(first.lost.aborted).toBe(true));
    expect(Date.parse(leases.leases.get('manager')?.expiresAt ?? '')).toBeGreaterThan(Date.now());
    Object.assign(leases, { failure: undefined, hangs: false });
  });

  it('goes on asking where the store is away, until it is told to stop', async () => {
    leases.failure = new Error('away');
    const acquired = keeper('a').acquire(never);
    await new Promise((resolve) => setTimeout(resolve, 100));
    leases.failure = undefined;
    expect(await acquired).toBe(true);
  });
});
