const secondPause = 1000;
const longestPause = 5 * 60_000;
const hour = 60 * 60_000;
const deathsAllowedPerHour = 10;
/** An instance that lived this long before it died starts again at the shortest pause. */
const healthyLife = 10 * 60_000;

/** What to do about an instance that died: bring it back after a pause, or give it up. */
export type RestartDecision = { restart: true; pauseMilliseconds: number } | { restart: false; deaths: number };

interface History {
  /** Times of the deaths of the last hour, in milliseconds. */
  deaths: number[];
  /** When it came up after the last death, in milliseconds. */
  upSince?: number;
  /** How often in a row the platform could not start it. */
  faults?: number;
}

/**
 * Decides when an instance that died is started again. The first time at once, for a single crash should cost nobody anything;
 * then after pauses that double from one second to five minutes, each with a quarter of jitter so that many instances that died
 * together do not come back together. At the tenth death in an hour it gives up. Ten minutes of life make the past forgotten.
 */
export class RestartPolicy {
  readonly #histories = new Map<string, History>();
  readonly #random: () => number;

  /** `random` answers numbers from 0 up to 1, as Math.random does. */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Times are in milliseconds. */
  died(instanceId: string, now: number): RestartDecision {
    const history = this.#histories.get(instanceId);
    const livedLong = history?.upSince !== undefined && now - history.upSince >= healthyLife;
    const past = history && !livedLong ? history.deaths.filter((time) => now - time < hour) : [];
    const deaths = [...past, now];
    if (deaths.length >= deathsAllowedPerHour) {
      this.#histories.delete(instanceId);
      return { restart: false, deaths: deaths.length };
    }
    this.#histories.set(instanceId, { deaths });
    return { restart: true, pauseMilliseconds: this.#pause(deaths.length) };
  }

  /**
   * The platform itself could not start the instance. That is no death, and no reason to give up, however long it lasts: what all of
   * them met must not leave any of them for good. The pauses grow all the same.
   */
  couldNotStart(instanceId: string): Extract<RestartDecision, { restart: true }> {
    const { faults = 0, ...history } = this.#histories.get(instanceId) ?? { deaths: [] };
    this.#histories.set(instanceId, { ...history, faults: faults + 1 });
    return { restart: true, pauseMilliseconds: this.#pause(faults + 2) };
  }

  /** Notes that an instance runs again after it died. */
  cameUp(instanceId: string, now: number): void {
    const history = this.#histories.get(instanceId);
    if (history) this.#histories.set(instanceId, { deaths: history.deaths, upSince: now });
  }

  /** Forgets all instances but these, so that deleted ones cost no memory. */
  retain(instanceIds: ReadonlySet<string>): void {
    this.retainWhere((instanceId) => instanceIds.has(instanceId));
  }

  /** Forgets all but those the condition is true for. */
  retainWhere(isKept: (instanceId: string) => boolean): void {
    for (const instanceId of this.#histories.keys()) if (!isKept(instanceId)) this.#histories.delete(instanceId);
  }

  #pause(deaths: number): number {
    const pause = deaths === 1 ? 0 : Math.min(secondPause * 2 ** (deaths - 2), longestPause);
    return Math.round(pause * (0.875 + this.#random() * 0.25));
  }
}
