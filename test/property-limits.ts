import type { Parameters } from 'fast-check';

/**
 * Limits for `fc.assert` of a property that waits for something, within a test that may take so many milliseconds of real time. A run
 * that hangs is a failure with its counterexample, and so is one that fails and takes long to be made smaller: without limits both
 * end in nothing but the time-out of the test. Where all goes well, but slowly, the runs that are left are not made.
 */
export function propertyLimits(testTimeoutMs: number): Required<Pick<Parameters, 'timeout' | 'interruptAfterTimeLimit'>> {
  return { timeout: testTimeoutMs / 4, interruptAfterTimeLimit: (testTimeoutMs * 2) / 3 };
}
