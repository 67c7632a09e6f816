import type { RequestId } from '@modelcontextprotocol/sdk/types.js';

interface Slot<Value> {
  value: Value | undefined;
}

/**
 * What belongs to the requests of a session that are being answered. A map of slots, which are emptied when a request is over: a Map
 * that is written and deleted from all the time leaves a chain of outgrown tables behind, in which V8's collections of young objects
 * keep everything alive that ever stood there, until the next collection of the whole heap. With whole HTTP exchanges in them that
 * made a sixth of the cost of a call.
 */
export class RequestTable<Value extends object> {
  readonly #slots = new Map<RequestId, Slot<Value>>();

  get size(): number {
    return this.#slots.size;
  }

  has(id: RequestId): boolean {
    return this.#slots.has(id);
  }

  get(id: RequestId): Value | undefined {
    return this.#slots.get(id)?.value;
  }

  set(id: RequestId, value: Value): void {
    this.#slots.set(id, { value });
  }

  delete(id: RequestId): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    slot.value = undefined;
    this.#slots.delete(id);
  }

  *values(): Generator<Value> {
    for (const { value } of this.#slots.values()) if (value !== undefined) yield value;
  }
}
