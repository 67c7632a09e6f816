/** Pauses before the second to the last attempt, in milliseconds. After the fifth attempt a message is given up. */
const pauses = [10_000, 60_000, 10 * 60_000, 60 * 60_000];

/** Attempts at most. Only one that ended with its process can be followed by more. */
export const mostAttempts = pauses.length + 1;

/** When to try again after so many attempts, in milliseconds from now; `undefined` where it is given up. */
export function pauseAfterAttempt(attempts: number): number | undefined {
  return pauses[attempts - 1];
}
