import type { OrphanKind } from '../domain/orphans.ts';
import type { Clock } from '../ports.ts';

/** How long what was ended counts. A table that loses its content bit by bit is noticed within this time. In milliseconds. */
const remembered = 60 * 60_000;

/** The orphans that were ended lately without an operator's word: what comes after them counts together with them. */
export class EndedOrphans {
  readonly #clock: Clock;
  /** When each was ended last, in milliseconds since 1970. */
  readonly #ended = new Map<OrphanKind, Map<string, number>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One that is ended again, because it could not be the first time, counts once. */
  note(kind: OrphanKind, ids: readonly string[]): void {
    const ended = this.#ended.get(kind) ?? new Map<string, number>();
    this.#ended.set(kind, ended);
    for (const id of ids) ended.set(id, this.#clock.now().getTime());
  }

  /** Those of the last hour. */
  of(kind: OrphanKind): ReadonlySet<string> {
    const ended = this.#ended.get(kind) ?? new Map<string, number>();
    const since = this.#clock.now().getTime() - remembered;
    for (const [id, at] of ended) if (at <= since) ended.delete(id);
    return new Set(ended.keys());
  }
}
