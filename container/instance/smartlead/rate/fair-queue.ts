/** What waits, in the order of the sessions that take turns. */
export class FairQueue<Entry extends { readonly session: string }> {
  /** The session whose turn is next comes first. Sessions without entries are not in it. */
  readonly #sessions = new Map<string, Entry[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  sizeOf(session: string): number {
    return this.#sessions.get(session)?.length ?? 0;
  }

  add(entry: Entry): void {
    const entries = this.#sessions.get(entry.session);
    if (entries === undefined) this.#sessions.set(entry.session, [entry]);
    else entries.push(entry);
    this.#size += 1;
  }

  /** The entry whose turn is next. */
  first(): Entry | undefined {
    for (const [entry] of this.#sessions.values()) return entry;
    return undefined;
  }

  /** Takes out the first entry; its session comes last now. */
  shift(): Entry | undefined {
    const entry = this.first();
    if (entry === undefined) return undefined;
    const entries = this.#sessions.get(entry.session) as Entry[];
    this.#sessions.delete(entry.session);
    entries.shift();
    if (entries.length > 0) this.#sessions.set(entry.session, entries);
    this.#size -= 1;
    return entry;
  }

  /** Takes out one entry, wherever it stands. The turns of the sessions stay as they are. */
  remove(entry: Entry): boolean {
    const entries = this.#sessions.get(entry.session);
    const index = entries?.indexOf(entry) ?? -1;
    if (entries === undefined || index === -1) return false;
    entries.splice(index, 1);
    if (entries.length === 0) this.#sessions.delete(entry.session);
    this.#size -= 1;
    return true;
  }

  /**
   * Goes through the entries in the order in which they will have their turn.
   * @param takesTurn Whether the entry uses the turn; if not, the next of the same session gets it.
   */
  walk(takesTurn: (entry: Entry) => boolean): void {
    let round = [...this.#sessions.values()].map((entries) => ({ entries: [...entries], index: 0 }));
    while (round.length > 0) {
      for (const place of round) {
        while (place.index < place.entries.length) {
          const entry = place.entries[place.index] as Entry;
          place.index += 1;
          if (takesTurn(entry)) break;
        }
      }
      round = round.filter(({ entries, index }) => index < entries.length);
    }
  }
}
