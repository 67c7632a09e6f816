/** What one look at the sealed values of a store has found. */
export interface SealedAgain {
  /** Values that were sealed again with the current key. */
  sealed: number;
  /** Values that open with no key that is known. They stay as they are. */
  unreadable: number;
  /** Whether everything was looked at, or the rest is left for the next time. */
  isComplete: boolean;
}

/** Values that live for longer than a key that they may be sealed with. */
export interface SealedValues {
  /**
   * Seals again what another key than the current one has sealed, one value after the other, so that each is there at any time. What
   * somebody changes meanwhile stays as they wrote it. Can be repeated, and done by several at once.
   * @param limit How many values at most.
   */
  sealAgain(limit: number): Promise<SealedAgain>;
}
