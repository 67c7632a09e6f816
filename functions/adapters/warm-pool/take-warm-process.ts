import type { Clock, WarmKind, WarmPool, WarmProcess } from '../../ports.ts';
import { WarmAssignmentFailed } from './warm-assignment-failed.ts';

export interface TakeWarmProcessParts {
  clock: Clock;
  pool: WarmPool;
  /** Told of processes that could not be assigned, and of a pool that does not answer. */
  report(failure: { message: string; instanceId: string; cause: unknown }): void;
  /** Told whenever the pool has changed, so that its keeper looks at it soon. */
  changed?(): void;
}

/** What a launcher does with a process that was claimed for it. */
export interface WarmProcessUse {
  /** Makes it known as the instance's, so that it is found and ended as such, and assigns it. */
  assign(process: WarmProcess & { address: string }): Promise<void>;
  /** Ends it, because it was not assigned or must not be kept. The keeper ends it, too, but not what is known as an instance's. */
  abandon(process: WarmProcess): Promise<void>;
}

/** One that failed may be bad luck; after two, a cold start is the surer way. */
const mostAttempts = 2;

/**
 * Gets a launch its process from the pool: claims one of the kind, has it assigned and takes it out of the pool. Answers what is the
 * instance's from now on; `undefined` where the launch has to start cold, because there is none or none could be assigned.
 * @throws what `assign` rejects with, where that is another error than WarmAssignmentFailed: the launch is over then.
 */
export async function takeWarmProcess(
  { clock, pool, report, changed }: TakeWarmProcessParts,
  kind: WarmKind,
  instanceId: string,
  use: WarmProcessUse,
): Promise<WarmProcess | undefined> {
  const now = () => clock.now().toISOString();
  const count = (outcome: 'claimed' | 'missed') =>
    pool.countLaunch(kind, outcome, now()).catch((cause: unknown) => {
      report({ message: 'A launch could not be counted for the size of the warm pool.', instanceId, cause });
    });
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const process = await pool.claim(kind, instanceId, now()).catch((cause: unknown) => {
      report({ message: 'The warm pool does not answer; the instance starts cold.', instanceId, cause });
    });
    if (process === undefined) break;
    try {
      if (process.address === null) throw new WarmAssignmentFailed('unreachable', 'its address is not known');
      await use.assign({ ...process, address: process.address });
      // The keeper may have given up on this launch meanwhile. What it ends must not be taken for running.
      if (!(await pool.remove(process.id, 'claimed')))
        throw new WarmAssignmentFailed('unreachable', 'the pool’s keeper ended it');
      void count('claimed');
      return process;
    } catch (error) {
      await pool.change(process.id, 'claimed', { state: 'ending', changedAt: now() }).catch(() => false);
      await use.abandon(process);
      if (!(error instanceof WarmAssignmentFailed)) throw error;
      report({ message: 'A warm process could not be assigned.', instanceId, cause: error });
    } finally {
      changed?.();
    }
  }
  void count('missed');
  return undefined;
}
