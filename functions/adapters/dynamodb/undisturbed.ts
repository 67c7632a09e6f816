import { attempts, notAvailable, pauseAfterConflict } from './request.ts';

/**
 * Repeats a step that reads and then writes under the condition that nothing changed, until it answers something. Rejects with
 * ProblemError `not-available` where others were always faster.
 */
export async function untilUndisturbed<Value>(step: () => Promise<{ value: Value } | undefined>): Promise<Value> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const outcome = await step();
    if (outcome !== undefined) return outcome.value;
    await pauseAfterConflict(attempt);
  }
  throw notAvailable(new Error(`an item was changed by others ${attempts} times`));
}
