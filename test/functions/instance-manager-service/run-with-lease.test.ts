import { describe, expect, it, vi } from 'vitest';
import { type RunningManager, runWithLease } from '../../../functions/instance-manager-service/run-manager.ts';
import { InMemoryLeaseStore } from '../in-memory/lease-store.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** One process of the manager service. */
function processOf(leases: InMemoryLeaseStore, manager: Partial<RunningManager> = {}) {
  const asked = new AbortController();
  const port = Promise.withResolvers<number>();
  const calls: string[] = [];
  const exitCode = runWithLease(
    {
      logger: silent,
      port: 0,
      leases,
      listening: port.resolve,
      createManager: () => ({
        start: async () => {
          calls.push('start');
          await manager.start?.();
        },
        stop: async () => {
          calls.push('stop');
          await manager.stop?.();
        },
      }),
    },
    asked.signal,
  );
  const health = async (path = '/healthz') => fetch(`http://127.0.0.1:${await port.promise}${path}`);
  return { asked, calls, exitCode, health, role: async () => ((await (await health()).json()) as { role: string }).role };
}

describe('the manager service', () => {
  it('has one process that works, and one that stands by until the first hands over', async () => {
    const leases = new InMemoryLeaseStore();
    const first = processOf(leases);
    await vi.waitFor(() => expect(first.calls).toEqual(['start']), { timeout: 15_000 });
    const second = processOf(leases);
    expect(await first.role()).toBe('active');
    expect(await second.role()).toBe('standing-by');
    expect((await second.health('/other')).status).toBe(404);
    expect(second.calls).toEqual([]);
    first.asked.abort();
    expect(await first.exitCode).toBe(0);
    expect(first.calls).toEqual(['start', 'stop']);
    await vi.waitFor(() => expect(second.calls).toEqual(['start']), { timeout: 15_000 });
    second.asked.abort();
    expect(await second.exitCode).toBe(0);
  });

  it('ends a process that stands by at once', async () => {
    const leases = new InMemoryLeaseStore();
    const first = processOf(leases);
    await vi.waitFor(() => expect(first.calls).toEqual(['start']), { timeout: 15_000 });
    const second = processOf(leases);
    await second.role();
    second.asked.abort();
    expect(await second.exitCode).toBe(0);
    expect(second.calls).toEqual([]);
    first.asked.abort();
    await first.exitCode;
  });

  it('ends a process that has lost its lease without another word', async () => {
    const leases = new InMemoryLeaseStore();
    const first = processOf(leases);
    await vi.waitFor(() => expect(first.calls).toEqual(['start']), { timeout: 15_000 });
    const taken = { name: 'manager', holder: 'another', fence: 9, expiresAt: new Date().toISOString() };
    leases.leases.set('manager', taken);
    expect(await first.exitCode).toBe(1);
    expect(first.calls).toEqual(['start']);
    expect(leases.leases.get('manager')).toEqual(taken);
  });

  it('ends with an error where the work cannot begin, and gives the lease up', async () => {
    const leases = new InMemoryLeaseStore();
    const first = processOf(leases, { start: () => Promise.reject(new Error('nothing is installed')) });
    expect(await first.exitCode).toBe(1);
    expect(first.calls).toEqual(['start', 'stop']);
    expect(Date.parse(leases.leases.get('manager')?.expiresAt ?? '')).toBeLessThanOrEqual(Date.now());
  });
});
