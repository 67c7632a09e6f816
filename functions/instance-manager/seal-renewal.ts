import type { SealedValues } from '../ports.ts';
import type { ReportIncident } from './lifecycle-ports.ts';

export interface SealRenewalPorts {
  /** By what they are called in reports. */
  values: Readonly<Record<string, SealedValues>>;
  report: ReportIncident;
}

/** Values of a kind in one pass: some seconds of writes. */
const mostInAPass = 1_000;

/**
 * Seals with the current secret what a secret before it has sealed, so that nothing is lost when that one is forgotten. A pass that has
 * seen everything is the last one: the secrets that this program knows stay as they were when it was started.
 */
export class SealRenewal {
  readonly #ports: SealRenewalPorts;
  readonly #mostInAPass: number;
  readonly #left: Set<string>;

  constructor(ports: SealRenewalPorts, options: { mostInAPass?: number } = {}) {
    this.#ports = ports;
    this.#mostInAPass = options.mostInAPass ?? mostInAPass;
    this.#left = new Set(Object.keys(ports.values));
  }

  /**
   * To be called every ten minutes, the first time ten minutes after the start: then all others have come to the current secret, too. A
   * kind of values that fails is tried again the next time.
   */
  async run(): Promise<void> {
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
        report({ message: `The ${kind} could not all be sealed with the current secret; tried again in ten minutes.`, cause });
      }
    }
  }
}
