/** A value now, or later. Directories in memory answer at once and save the request a turn of the event loop. */
export type MaybePromise<Value> = Value | Promise<Value>;

/** What `next` makes of the value: at once where that is there, otherwise when it arrives. */
export function andThen<Value, Result>(
  value: MaybePromise<Value>,
  next: (value: Value) => MaybePromise<Result>,
): MaybePromise<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/**
 * Asks, and goes on with the answer: at once where it is there, otherwise when it arrives. A question that throws or rejects goes
 * to `failed`, and so does what `next` throws later, where nobody else could catch it.
 */
export function whenReady<Value>(
  ask: () => MaybePromise<Value>,
  next: (value: Value) => void,
  failed: (error: unknown) => void,
): void {
  let answer: MaybePromise<Value>;
  try {
    answer = ask();
  } catch (error) {
    failed(error);
    return;
  }
  if (answer instanceof Promise) answer.then(next).catch(failed);
  else next(answer);
}
