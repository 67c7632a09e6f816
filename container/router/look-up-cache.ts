import type { MaybePromise } from './maybe-promise.ts';

export interface LookUpCacheOptions<Value> {
  /** Asks the source. */
  load(key: string): MaybePromise<Value | undefined>;
  /** How old an answer may be, in milliseconds, counted from when the source was asked. */
  maxAgeMs: number;
  timeoutMs: number;
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

interface Answer<Value> {
  value: Value | undefined;
  askedAt: number;
}

interface Load<Value> {
  promise: Promise<Value | undefined>;
  askedAt: number;
}

/**
 * Remembers a source's answers for a short time. An answer that is there is given at once, without a promise. Requests for one key
 * share a load; a failed load is never replaced by an older answer. Present and absent keys are bounded apart from each other, so
 * that made-up keys cannot push out real ones. The answer asked for longest ago goes first: it is the next to become too old.
 */
export class LookUpCache<Value> {
  readonly #options: LookUpCacheOptions<Value>;
  readonly #present = new Map<string, Answer<Value>>();
  readonly #absent = new Map<string, Answer<Value>>();
  readonly #loads = new Map<string, Load<Value>>();
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
    if (answer !== undefined && now - answer.askedAt < this.#options.maxAgeMs) return answer.value;
    const load = this.#loads.get(key);
    if (load !== undefined && now - load.askedAt < this.#options.maxAgeMs) return load.promise;
    return this.refresh(key, group);
  }

  /** Asks the source whatever is remembered. */
  refresh(key: string, group?: string): MaybePromise<Value | undefined> {
    const { maxLoads, maxLoadsPerGroup = Number.POSITIVE_INFINITY } = this.#options;
    const inGroup = group === undefined ? 0 : (this.#loadsByGroup.get(group) ?? 0);
    if (this.#loads.size >= maxLoads || inGroup >= maxLoadsPerGroup) throw new TooManyLookUps('too many look-ups are under way');
    const askedAt = performance.now();
    const loaded = this.#options.load(key);
    if (!(loaded instanceof Promise)) {
      this.#remember(key, loaded, askedAt);
      return loaded;
    }
    const load: Load<Value> = { promise: loaded, askedAt };
    this.#loads.set(key, load);
    if (group !== undefined) this.#loadsByGroup.set(group, inGroup + 1);
    load.promise = this.#finish(key, load, group);
    return load.promise;
  }

  /** Forgets the key; a load that is under way is not remembered either. */
  forget(key: string): void {
    this.#present.delete(key);
    this.#absent.delete(key);
    this.#loads.delete(key);
  }

  /** Forgets the key where its value is of that kind; a load that is under way goes on and is shared by all who ask. */
  forgetWhere(key: string, matches: (value: Value) => boolean): void {
    const value = this.#present.get(key)?.value;
    if (value !== undefined && matches(value)) this.#present.delete(key);
  }

  get size(): number {
    return this.#present.size + this.#absent.size;
  }

  async #finish(key: string, load: Load<Value>, group: string | undefined): Promise<Value | undefined> {
    const loaded = load.promise;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the look-up took too long')), this.#options.timeoutMs);
    });
    try {
      const value = await Promise.race([loaded, timeout]);
      if (this.#loads.get(key) === load) this.#remember(key, value, load.askedAt);
      return value;
    } catch (error) {
      this.#present.delete(key);
      this.#absent.delete(key);
      throw error;
    } finally {
      clearTimeout(timer);
      if (this.#loads.get(key) === load) this.#loads.delete(key);
      if (group !== undefined) this.#endLoadOf(group);
    }
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
    answers.set(key, { value, askedAt });
  }
}
