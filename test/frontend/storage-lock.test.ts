import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { createStorageLock } from '../../frontend/auth/storage-lock.ts';

/** What one process of a browser sees of localStorage: the changes of the others come when they are delivered, in their order. */
class StorageCopy {
  readonly #items = new Map<string, string>();
  readonly #arriving: [string, string][] = [];
  others: StorageCopy[] = [];

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#items.set(key, value);
    for (const other of this.others) other.#arriving.push([key, value]);
  }

  deliver(): void {
    for (const [key, value] of this.#arriving.splice(0)) this.#items.set(key, value);
  }
}

function openTabs() {
  const name = `refresh-${randomUUID()}`;
  const copies: [StorageCopy, StorageCopy] = [new StorageCopy(), new StorageCopy()];
  copies[0].others = [copies[1]];
  copies[1].others = [copies[0]];
  return copies.map((copy) => ({ copy, lock: createStorageLock(name, copy) })) as [Tab, Tab];
}

interface Tab {
  copy: StorageCopy;
  lock: ReturnType<typeof createStorageLock>;
}

it('has a tab wait for what the one before it stored', async () => {
  const [one, other] = openTabs();
  await one.lock(async () => one.copy.setItem('tokens', 'new'));
  setTimeout(() => other.copy.deliver(), 50);
  expect(await other.lock(async () => other.copy.getItem('tokens'))).toBe('new');
});

it('does so to and fro, and after a turn that failed, too', async () => {
  const [one, other] = openTabs();
  for (let turn = 1; turn <= 3; turn += 1) {
    const failed = one.lock(async () => {
      one.copy.setItem('count', String(Number(one.copy.getItem('count')) + 1));
      throw new Error('away');
    });
    await expect(failed).rejects.toThrow('away');
    setTimeout(() => other.copy.deliver(), 20);
    const count = await other.lock(async () => {
      other.copy.setItem('count', String(Number(other.copy.getItem('count')) + 1));
      return other.copy.getItem('count');
    });
    expect(count).toBe(String(2 * turn));
    setTimeout(() => one.copy.deliver(), 20);
  }
});

it('lets one tab in at a time', async () => {
  const [one, other] = openTabs();
  const first = Promise.withResolvers<void>();
  const entered: string[] = [];
  const turns = [
    one.lock(async () => {
      entered.push('one');
      await first.promise;
    }),
    other.lock(async () => void entered.push('other')),
  ];
  await expect.poll(() => entered).toEqual(['one']);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(entered).toEqual(['one']);
  first.resolve();
  setTimeout(() => other.copy.deliver(), 20);
  await Promise.all(turns);
  expect(entered).toEqual(['one', 'other']);
});
