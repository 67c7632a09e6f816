/**
 * The keys of one purpose. One is used; the others are believed all the same, because somebody used them before a rotation, or uses them
 * already while it is under way.
 */
export interface KeyRing<Key> {
  current: Key;
  others: readonly Key[];
}

/** Makes another key of each, such as one for a narrower purpose. */
export function mapKeyRing<From, To>({ current, others }: KeyRing<From>, make: (key: From) => To): KeyRing<To> {
  return { current: make(current), others: others.map(make) };
}

/** All of them, the one that is used first. */
export function keysOf<Key>({ current, others }: KeyRing<Key>): readonly [Key, ...Key[]] {
  return [current, ...others];
}
