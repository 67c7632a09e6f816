import { setTimeout as pause } from 'node:timers/promises';
import type { MaybePromise } from './maybe-promise.ts';

export interface LookUpCacheOptions<Value> {
  /** Asks the source. */
  load(key: string): MaybePromise<Value | undefined>;
  /** How old an answer may be, in milliseconds, counted from when the source was asked. */
  maxAgeMs: number;
  timeoutMs: number;
  /**
   * How old an answer may be while the source is away, in milliseconds; without it a failed load is never replaced by an older answer.
   * A load without an older answer is then tried again until `timeoutMs` are over.
   */
  graceMs?: number;
  maxPresent: number;
  /** How many keys are remembered as absent; 0 asks about them every time. */
  maxAbsent: number;
  maxLoads: number;
  /** Loads under way at once for one group of keys; without bound where it is missing. */
  maxLoadsPerGroup?: number;
}

/** More is being looked up at once than may be. */
export class TooManyLookUps extends Error {
  override readonly name = 'TooManyLookUps';
}

/** How long a load may keep somebody waiting who could have an older answer, and the pause between two tries, in milliseconds. */
const patienceMs = 250;
const retryPauseMs = 100;

interface Answer<Value> {
  value: Value | undefined;
  /** When the source was asked for it. */
  askedAt: number;
  /** Until when it is given without asking; later than its age allows where the source could not be asked. */
  freshUntil: number;
}

interface Load<Value> {
  /** What all who ask for the key wait for. */
  promise: Promise<Value | undefined>;
  /** What the source itself answers. */
  loaded: Promise<Value | undefined>;
  askedAt: number;
  /** What the source failed with last. */
  failure?: unknown;
}

/**
 * Remembers a source's answers for a short time. An answer that is there is given at once, without a promise. Requests for one key
 * share a load. While the source is away a present answer may live on for a grace that is chosen; an absent one never does. Present
 * and absent keys are bounded apart from each other, so that made-up keys cannot push out real ones. The answer asked for longest ago
 * goes first: it is the next to become too old.
 */
export class LookUpCache<Value> {
  readonly #options: LookUpCacheOptions<Value>;
  readonly #present = new Map<string, Answer<Value>>();
  readonly #absent = new Map<string, Answer<Value>>();
  readonly #loads = new Map<string, Load<Value>>();
  /** Loads under way of keys that are not known, in all and by group. */
  #unknownLoads = 0;
  readonly #loadsByGroup = new Map<string, number>();

  constructor(options: LookUpCacheOptions<Value>) {
    this.#options = options;
  }

  /**
   * The value, `undefined` where the source has none. Rejects, or throws, where the source fails, and throws TooManyLookUps.
   * @param group Whoever the load is for, where each may cause only so many.
   */
  get(key: string, group?: string): MaybePromise<Value | undefined> {
    const answer = this.#present.get(key) ?? this.#absent.get(key);
    const now = performance.now();
    if (answer !== undefined && now < answer.freshUntil) return answer.value;
    const load = this.#loads.get(key);
    if (load !== undefined && now - load.askedAt < this.#options.maxAgeMs) return load.promise;
    return this.refresh(key, group);
  }

  /** The value that is remembered and not too old; the source is not asked. */
  peek(key: string): Value | undefined {
    const answer = this.#present.get(key);
    return answer !== undefined && performance.now() < answer.freshUntil ? answer.value : undefined;
  }

  /** Asks the source whatever is remembered. */
  refresh(key: string, group?: string): MaybePromise<Value | undefined> {
    const { maxLoads, maxLoadsPerGroup = Number.POSITIVE_INFINITY } = this.#options;
    // Known keys are so many at most, and whoever makes keys up must not keep them from being looked up.
    const isKnown = this.#present.has(key);
    const inGroup = group === undefined ? 0 : (this.#loadsByGroup.get(group) ?? 0);
    if (!isKnown && (this.#unknownLoads >= maxLoads || inGroup >= maxLoadsPerGroup)) {
      throw new TooManyLookUps('too many look-ups are under way');
    }
    const askedAt = performance.now();
    const loaded = this.#options.graceMs === undefined ? this.#options.load(key) : this.#loadOrReject(key);
    if (!(loaded instanceof Promise)) {
      this.#remember(key, loaded, askedAt);
      return loaded;
    }
    const load: Load<Value> = { promise: loaded, loaded, askedAt };
    this.#loads.set(key, load);
    load.promise = this.#finish(key, load);
    return isKnown ? load.promise : this.#counted(load, group);
  }

  /** Forgets the key; a load that is under way is not remembered either. */
  forget(key: string): void {
    this.#present.delete(key);
    this.#absent.delete(key);
    this.#loads.delete(key);
  }

  /** Forgets everything; no load that is under way is remembered either. */
  clear(): void {
    this.#present.clear();
    this.#absent.clear();
    this.#loads.clear();
  }

  /** Forgets the key where its value is of that kind; a load that is under way goes on and is shared by all who ask. */
  forgetWhere(key: string, matches: (value: Value) => boolean): void {
    const value = this.#present.get(key)?.value;
    if (value !== undefined && matches(value)) this.#present.delete(key);
  }

  get size(): number {
    return this.#present.size + this.#absent.size;
  }

  async #finish(key: string, load: Load<Value>): Promise<Value | undefined> {
    const hasOlder = this.#olderAnswer(key) !== undefined;
    const loaded = hasOlder ? load.loaded : this.#loadAgainUntilTimeout(key, load);
    const { timeoutMs } = this.#options;
    const tooLate = new AbortController();
    const timeout = pause(hasOlder ? Math.min(patienceMs, timeoutMs) : timeoutMs, undefined, {
      signal: tooLate.signal,
      ref: false,
    });
    try {
      const value = await Promise.race([
        loaded,
        timeout.then(() => {
          throw new Error('the look-up took too long', { cause: load.failure });
        }),
      ]);
      if (this.#loads.get(key) === load) this.#remember(key, value, load.askedAt);
      return value;
    } catch (error) {
      // Also where a newer load has taken the place of this one: what it fails with is no reason to refuse somebody. Where the key was
      // forgotten meanwhile there is no older answer.
      const older = this.#olderAnswer(key);
      if (older !== undefined) {
        older.freshUntil = performance.now() + this.#options.maxAgeMs;
        // What the source says in the end counts all the same: the value may be gone.
        if (older.askedAt < load.askedAt) this.#rememberLate(key, older, load);
        return older.value;
      }
      if (this.#loads.get(key) === load) {
        this.#present.delete(key);
        this.#absent.delete(key);
      }
      throw error;
    } finally {
      tooLate.abort();
      if (this.#loads.get(key) === load) this.#loads.delete(key);
    }
  }

  /** A source that fails at once fails like one that takes its time. */
  #loadOrReject(key: string): MaybePromise<Value | undefined> {
    try {
      return this.#options.load(key);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async #loadAgainUntilTimeout(key: string, load: Load<Value>): Promise<Value | undefined> {
    const { graceMs, timeoutMs } = this.#options;
    const deadline = load.askedAt + timeoutMs - retryPauseMs;
    for (let loaded: MaybePromise<Value | undefined> = load.loaded; ; loaded = this.#loadOrReject(key)) {
      try {
        return await loaded;
      } catch (error) {
        load.failure = error;
        if (graceMs === undefined || performance.now() >= deadline) throw error;
      }
      const newer = this.#loads.get(key);
      // Whoever asked first waits with those that asked later. Where the key was forgotten, the next try is what was asked for.
      if (newer !== undefined && newer !== load) return newer.promise;
      await pause(retryPauseMs, undefined, { ref: false });
    }
  }

  #olderAnswer(key: string): Answer<Value> | undefined {
    const answer = this.#present.get(key);
    const { graceMs } = this.#options;
    return answer !== undefined && graceMs !== undefined && performance.now() - answer.askedAt < graceMs ? answer : undefined;
  }

  /** Takes the answer of a load that nobody waits for any more, unless a newer one is known or the key was forgotten. */
  #rememberLate(key: string, older: Answer<Value>, load: Load<Value>): void {
    load.loaded.then(
      (value) => {
        if (this.#present.get(key) === older) this.#remember(key, value, load.askedAt);
      },
      () => undefined,
    );
  }

  /** The load of a key that nobody knows, counted until it has ended. */
  #counted(load: Load<Value>, group: string | undefined): Promise<Value | undefined> {
    this.#unknownLoads += 1;
    if (group !== undefined) this.#loadsByGroup.set(group, (this.#loadsByGroup.get(group) ?? 0) + 1);
    load.promise = load.promise.finally(() => {
      this.#unknownLoads -= 1;
      if (group !== undefined) this.#endLoadOf(group);
    });
    return load.promise;
  }

  #endLoadOf(group: string): void {
    const left = (this.#loadsByGroup.get(group) ?? 1) - 1;
    if (left === 0) this.#loadsByGroup.delete(group);
    else this.#loadsByGroup.set(group, left);
  }

  #remember(key: string, value: Value | undefined, askedAt: number): void {
    this.#present.delete(key);
    this.#absent.delete(key);
    const [answers, max] =
      value === undefined ? [this.#absent, this.#options.maxAbsent] : [this.#present, this.#options.maxPresent];
    if (max === 0) return;
    if (answers.size >= max) {
      const oldest = answers.keys().next();
      if (!oldest.done) answers.delete(oldest.value);
    }
    answers.set(key, { value, askedAt, freshUntil: askedAt + this.#options.maxAgeMs });
  }
}
