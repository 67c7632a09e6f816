import { createIdentifier } from '../../core/identifiers.ts';

const counterDigits = 6;
const counterLimit = 16 ** counterDigits;
const timeEnd = 'log_'.length + 10;
const counterEnd = timeEnd + counterDigits;

let counter = 0;

/**
 * Makes the identifier of a log entry. As all identifiers it begins with the time; but entries of one millisecond keep the order
 * in which they came, because a count (and not chance) follows.
 */
export function createLogIdentifier(now: number): string {
  counter = (counter + 1) % counterLimit;
  const identifier = createIdentifier('log', now);
  // Hexadecimal, because its digits sort as text and are all digits of identifiers, too.
  return identifier.slice(0, timeEnd) + counter.toString(16).padStart(counterDigits, '0') + identifier.slice(counterEnd);
}
