import { beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { LeaseKeeper } from '../../../functions/instance-manager-service/lease-keeper.ts';
import { InMemoryLeaseStore } from '../in-memory/lease-store.ts';

const never = new AbortController().signal;
let leases: InMemoryLeaseStore;
let acquire: MockInstance<InMemoryLeaseStore['acquire']>;

beforeEach(() => {
  leases = new InMemoryLeaseStore();
  acquire = vi.spyOn(leases, 'acquire');
});

/** @param lastsMilliseconds Longer than a test takes, on a slow machine, too. */
function keeper(holder: string, lastsMilliseconds = 60_000) {
  return new LeaseKeeper({ leases, name: 'manager', holder, report: () => {}, lastsMilliseconds, renewalMilliseconds: 20 });
}

/** Waits until the lease was asked for so many times more. */
async function asksMeanwhile(times: number): Promise<void> {
  const before = acquire.mock.calls.length;
  await vi.waitFor(() => expect(acquire.mock.calls.length).toBeGreaterThanOrEqual(before + times), { timeout: 15_000 });
}

describe('a keeper of the lease', () => {
  it('has it at once where nobody does, and keeps it from others', async () => {
    const first = keeper('a');
    expect(await first.acquire(never)).toBe(true);
    const stop = new AbortController();
    const second = keeper('b').acquire(stop.signal);
    await asksMeanwhile(3);
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
    await vi.waitFor(() => expect(first.lost.aborted).toBe(true), { timeout: 15_000 });
    await first.release();
    expect(leases.leases.get('manager')).toMatchObject({ holder: 'b', fence: 9 });
  });

  it.each([
    { title: 'refuses', disturb: () => Object.assign(leases, { failure: new Error('away') }) },
    { title: 'does not answer', disturb: () => Object.assign(leases, { hangs: true }) },
  ])('has lost it before it ends, where the store $title', async ({ disturb }) => {
    // It ends three seconds early, in case clocks differ.
    const first = keeper('a', 3_300);
    await first.acquire(never);
    disturb();
    await vi.waitFor(() => expect(first.lost.aborted).toBe(true), { timeout: 15_000, interval: 5 });
    expect(Date.parse(leases.leases.get('manager')?.expiresAt ?? '')).toBeGreaterThan(Date.now());
    Object.assign(leases, { failure: undefined, hangs: false });
  });

  it('goes on asking where the store is away, until it is told to stop', async () => {
    leases.failure = new Error('away');
    const first = keeper('a');
    const acquired = first.acquire(never);
    await asksMeanwhile(3);
    leases.failure = undefined;
    expect(await acquired).toBe(true);
    await first.release();
  });
});
