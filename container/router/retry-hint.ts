import type { RouterTiming } from './options.ts';

/** When a client whose stream is ended should come back, in whole milliseconds: spread at random, so that not all come at once. */
export function retryHint({ retryHintMs }: Pick<RouterTiming, 'retryHintMs'>): number {
  return Math.round(retryHintMs * (1 + Math.random()));
}
