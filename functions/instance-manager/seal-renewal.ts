import type { SealedValues } from '../ports.ts';
import type { ReportIncident } from './lifecycle-ports.ts';

export interface SealRenewalPorts {
  /** By what they are called in reports. */
  values: Readonly<Record<string, SealedValues>>;
  report: ReportIncident;
}

/** Values of a kind in one pass: some seconds of writes. */
const mostInAPass = 1_000;
/** Longer than anybody goes on with a secret that was replaced: see `PlatformSecret`. In milliseconds. */
const firstPause = 10 * 60_000;
/** Between passes of which the one before has left something. So tens of thousands are sealed again within the hour that `forget` waits. */
const nextPause = 60_000;

/**
 * Seals with the current secret what a secret before it has sealed, so that nothing is lost when that one is forgotten. A pass that has
 * seen everything is the last one: the secrets that this program knows stay as they were when it was started.
 */
export class SealRenewal {
  readonly #ports: SealRenewalPorts;
  readonly #mostInAPass: number;
  readonly #left: Set<string>;
  #hasRun = false;

  constructor(ports: SealRenewalPorts, options: { mostInAPass?: number } = {}) {
    this.#ports = ports;
    this.#mostInAPass = options.mostInAPass ?? mostInAPass;
    this.#left = new Set(Object.keys(ports.values));
  }

  /** How long to wait before the next pass: before the first one until all others have come to the current secret, too. */
  get pauseMilliseconds(): number {
    return this.#hasRun && this.#left.size > 0 ? nextPause : firstPause;
  }

  /** To be called after each pause. A kind of values that fails is tried again the next time. */
  async run(): Promise<void> {
    this.#hasRun = true;
    const { values, report } = this.#ports;
    for (const kind of this.#left) {
      try {
        const outcome = await values[kind]?.sealAgain(this.#mostInAPass);
        if (outcome === undefined || !outcome.isComplete) continue;
        this.#left.delete(kind);
        if (outcome.unreadable === 0) continue;
        report({
          message: `Of the ${kind}, ${outcome.unreadable} open with no secret of the data plane that is known, and stay as they are.`,
          cause: undefined,
        });
      } catch (cause) {
        report({ message: `The ${kind} could not all be sealed with the current secret; tried again in a minute.`, cause });
      }
    }
  }
}
