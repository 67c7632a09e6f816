import { createHash } from 'node:crypto';
import type { CallArguments } from '../catalogue/call-arguments.ts';
import { canonicalJson } from '../json/canonical-json.ts';
import type { Consequence } from './consequence.ts';

/** Long enough for a person to read a question and answer it, short enough for its numbers to still be true. */
const goodForMs = 2 * 60_000;
const mostKept = 200;

interface Counted {
  consequence: Consequence;
  /** When the counting began. */
  since: number;
}

/**
 * What risky calls would do, as it was counted a moment ago, so that the reads behind a question are not made again for its answer.
 * Only the same tool with the same arguments finds it, for two minutes from the moment its counting began, however often it is asked
 * for: whoever agrees later has it counted anew, and is asked again where the numbers have changed. Every write of this instance ends
 * all of it at once. So what can be hidden is a change of less than two minutes ago, made by somebody else or by a write that went on
 * after its caller had left.
 */
export class ConsequenceMemory {
  readonly #now: () => number;
  /** In the order in which they were counted. */
  readonly #counted = new Map<string, Counted>();
  #writes = 0;

  /** @param now Milliseconds on a clock that is never set back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get size(): number {
    return this.#counted.size;
  }

  /**
   * What a call would do: as counted before, or by counting it now.
   * @param count Its failure is thrown and not remembered.
   */
  async consequence(tool: string, callArguments: CallArguments, count: () => Promise<Consequence>): Promise<Consequence> {
    const key = keyOf(tool, callArguments);
    const since = this.#now();
    const known = this.#counted.get(key);
    if (known !== undefined && since - known.since < goodForMs) return known.consequence;
    const writes = this.#writes;
    const consequence = await count();
    if (writes === this.#writes) this.#keep(key, { consequence, since });
    return consequence;
  }

  /** Forgets everything. To be called when a write begins and when it ends. */
  forget(): void {
    this.#writes += 1;
    this.#counted.clear();
  }

  #keep(key: string, counted: Counted): void {
    this.#counted.delete(key);
    this.#counted.set(key, counted);
    for (const [earlier, { since }] of this.#counted) {
      if (this.#counted.size <= mostKept && this.#now() - since < goodForMs) break;
      this.#counted.delete(earlier);
    }
  }
}

/** Short, whatever the arguments are: they can hold thousands of leads. */
function keyOf(tool: string, callArguments: CallArguments): string {
  return `${tool} ${createHash('sha256').update(canonicalJson(callArguments)).digest('base64')}`;
}
