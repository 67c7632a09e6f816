import { pause } from './pause.ts';

/** Runs one piece of work at a time among all tabs of this origin. */
export type CrossTabLock = <Result>(work: () => Promise<Result>) => Promise<Result>;

const waitMilliseconds = 5000;

/**
 * A lock on the name. Web Locks where the browser offers them; they exist in secure contexts only, so on a private installation
 * without TLS tabs announce their turn to each other instead.
 */
export function createCrossTabLock(name: string): CrossTabLock {
  const locks: LockManager | undefined = navigator.locks;
  if (locks !== undefined) return (work) => locks.request(name, work);
  return announcedTurns(name);
}

/**
 * Before its turn a tab listens for a random moment; where another announces itself first, it waits for that one's end. Two tabs
 * can still start within one message's travel time: this makes a collision rare, where Web Locks exclude it.
 */
function announcedTurns(name: string): CrossTabLock {
  const channel = new BroadcastChannel(name);
  let busyElsewhere = false;
  channel.addEventListener('message', (event: MessageEvent<unknown>) => {
    busyElsewhere = event.data === 'begin';
  });
  return async (work) => {
    await pause(Math.random() * 120);
    const deadline = Date.now() + waitMilliseconds;
    while (busyElsewhere && Date.now() < deadline) await pause(40);
    channel.postMessage('begin');
    try {
      return await work();
    } finally {
      channel.postMessage('end');
    }
  };
}
