/**
 * The lifecycle under random commands, run by executions elsewhere whose ends are told late, twice, in another order or not at all, and
 * whose starts are refused now and then.
 */
import { runByExecutions } from './queued-installation.ts';

/** Pseudo-random, so that a run which failed fails again: mulberry32 by its public-domain definition. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

let runs = 0;
runByExecutions(() => {
  runs += 1;
  const random = numbersFrom(runs % 20);
  // The first run of every twenty is without disturbances.
  const share = (runs % 20) / 100;
  return {
    throttles: () => random() < share,
    noticeDelays: () => {
      if (random() < share) return [];
      const late = () => (random() < 0.5 ? 0 : random() * 3000);
      return random() < share ? [late(), late()] : [late()];
    },
  };
});
await import('./lifecycle-model.test.ts');
