import type { ReturnState } from '../../app/session-gates.tsx';

/**
 * What the pages on the way in hand to each other. It is in the history entry, where it outlives a reload, and not in the address,
 * which servers write into their logs.
 */
export interface DoorState extends ReturnState {
  email?: string;
  /** What was just done, to be said on the next page. */
  done?: 'address-confirmed' | 'password-changed';
  /** Whether the password has to be replaced, because an operator wants it so. */
  mustReset?: boolean;
  /** Whether the address turned out to be signed up with another password. */
  otherPassword?: boolean;
}
