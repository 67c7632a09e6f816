import { type CrossTabLock, createCrossTabLock } from './cross-tab-lock.ts';
import { pause } from './pause.ts';

/** Within this time what one tab has stored reaches the others; then a tab goes on with what it has. */
const longestWayMilliseconds = 5000;
const lookAgainMilliseconds = 20;

/**
 * A lock under which a tab finds in the storage what the tab before it has left there. The lock alone does not see to that: each
 * process of a browser reads a copy of its own of localStorage, and on a busy machine the changes of another one come later than the
 * lock. So each turn has a number, which is stored last, and which the tab also keeps for a while in the name of a lock that it
 * holds: those are the same for all tabs at once, and tell the next one what to wait for.
 */
export function createStorageLock(name: string, storage: Pick<Storage, 'getItem' | 'setItem'>): CrossTabLock {
  const lock = createCrossTabLock(name);
  // They exist in secure contexts only.
  if (!('locks' in navigator)) return lock;
  const { locks } = navigator;
  const turnName = `${name}.turn`;
  const storedTurn = () => Number(storage.getItem(turnName) ?? 0);

  async function lastTurn(): Promise<number> {
    const { held = [] } = await locks.query();
    const turns = held.map((each) => (each.name?.startsWith(`${turnName}.`) ? Number(each.name.slice(turnName.length + 1)) : 0));
    return Math.max(0, ...turns);
  }

  /** Answers once the number is held, which others can then see; it is given back by itself. */
  function hold(turn: number): Promise<void> {
    return new Promise((granted, failed) => {
      const held = locks.request(`${turnName}.${turn}`, async () => {
        granted();
        await pause(longestWayMilliseconds);
      });
      held.catch(failed);
    });
  }

  return (work) =>
    lock(async () => {
      const last = await lastTurn();
      for (let waited = 0; storedTurn() < last && waited < longestWayMilliseconds; waited += lookAgainMilliseconds) {
        await pause(lookAgainMilliseconds);
      }
      try {
        return await work();
      } finally {
        const turn = Math.max(last, storedTurn()) + 1;
        storage.setItem(turnName, String(turn));
        await hold(turn);
      }
    });
}
