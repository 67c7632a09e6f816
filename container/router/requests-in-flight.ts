import type { RpcId } from './refusal.ts';
import type { CountedCall, UsageCounter } from './usage-counter.ts';

/** More than any client has open at once; what comes beyond is served but not followed. */
const maxFollowed = 1_000;

/** The requests of one stream or exchange that still wait for their answer, and the counted call behind each that is one. */
export class RequestsInFlight {
  readonly #usage: UsageCounter;
  readonly #requests = new Map<RpcId, CountedCall | undefined>();

  constructor(usage: UsageCounter) {
    this.#usage = usage;
  }

  get size(): number {
    return this.#requests.size;
  }

  add(id: RpcId, call: CountedCall | undefined): void {
    if (this.#requests.size < maxFollowed) this.#requests.set(id, call);
  }

  /** Those that wait, in the order in which they came. */
  ids(): RpcId[] {
    return [...this.#requests.keys()];
  }

  /** The request that waits, where it is the only one. */
  get onlyId(): RpcId | undefined {
    return this.#requests.size === 1 ? this.#requests.keys().next().value : undefined;
  }

  has(id: RpcId): boolean {
    return this.#requests.has(id);
  }

  /** The instance answered. */
  answered(id: RpcId, isError: boolean): void {
    const call = this.#requests.get(id);
    if (this.#requests.delete(id) && isError && call !== undefined) this.#usage.failed(call);
  }

  /** The client does not want the answer any more. */
  drop(id: RpcId): void {
    this.#requests.delete(id);
  }

  dropAll(): void {
    this.#requests.clear();
  }

  /** No answer will come. Counts the calls as failed and names all requests, with whether each was a call. */
  failAll(): { id: RpcId; isCall: boolean }[] {
    const failed: { id: RpcId; isCall: boolean }[] = [];
    for (const [id, call] of this.#requests) {
      if (call !== undefined) this.#usage.failed(call);
      failed.push({ id, isCall: call !== undefined });
    }
    this.#requests.clear();
    return failed;
  }
}
