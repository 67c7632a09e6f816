/**
 * How much of a failure is shown: `small` with all other tests, `full` with `npm run faults`. The failures are the same; there are more
 * streams, calls and rounds of them.
 */
export const isFull = process.env.FAULTS_SCALE === 'full';

export function scaled(small: number, full: number): number {
  return isFull ? full : small;
}
