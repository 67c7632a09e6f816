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

  constructor(options: LookUpCacheOptions<Value>) {
    this.#options = options;
  }

  /** The value, `undefined` where the source has none. Rejects, or throws, where the source fails or too many loads are under way. */
  get(key: string): MaybePromise<Value | undefined> {
    const answer = this.#present.get(key) ?? this.#absent.get(key);
    const now = performance.now();
    if (answer !== undefined && now - answer.askedAt < this.#options.maxAgeMs) return answer.value;
    const load = this.#loads.get(key);
    if (load !== undefined && now - load.askedAt < this.#options.maxAgeMs) return load.promise;
    return this.refresh(key);
  }

  /** Asks the source whatever is remembered. */
  refresh(key: string): MaybePromise<Value | undefined> {
    if (this.#loads.size >= this.#options.maxLoads) throw new Error('too many look-ups are under way');
    const askedAt = performance.now();
    const loaded = this.#options.load(key);
    if (!(loaded instanceof Promise)) {
      this.#remember(key, loaded, askedAt);
      return loaded;
    }
    const load: Load<Value> = { promise: loaded, askedAt };
    this.#loads.set(key, load);
    load.promise = this.#finish(key, load);
    return load.promise;
  }

  /** Forgets the key; a load that is under way is not remembered either. */
  forget(key: string): void {
    this.#present.delete(key);
    this.#absent.delete(key);
    this.#loads.delete(key);
  }

  get size(): number {
    return this.#present.size + this.#absent.size;
  }

  async #finish(key: string, load: Load<Value>): Promise<Value | undefined> {
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
    }
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
