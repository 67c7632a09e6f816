/**
 * The ids of sessions that their clients ended, so many at most. Where that is too little, the workspace that ended the most forgets
 * its oldest one: nobody can bring the ended sessions of others back to life.
 */
export class EndedSessions {
  readonly #most: number;
  readonly #workspaceOf = new Map<string, string>();
  /** Ids of each workspace, the oldest first. */
  readonly #idsOf = new Map<string, Set<string>>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#workspaceOf.size;
  }

  has(sessionId: string): boolean {
    return this.#workspaceOf.has(sessionId);
  }

  add(sessionId: string, workspaceId: string): void {
    if (this.#workspaceOf.has(sessionId)) return;
    this.#workspaceOf.set(sessionId, workspaceId);
    const ids = this.#idsOf.get(workspaceId);
    if (ids === undefined) this.#idsOf.set(workspaceId, new Set([sessionId]));
    else ids.add(sessionId);
    if (this.size > this.#most) this.#forgetOne();
  }

  /** All of them, which are forgotten then. */
  takeAll(): { id: string; workspaceId: string }[] {
    const all = Array.from(this.#workspaceOf, ([id, workspaceId]) => ({ id, workspaceId }));
    this.#workspaceOf.clear();
    this.#idsOf.clear();
    return all;
  }

  #forgetOne(): void {
    let largest: [workspaceId: string, ids: Set<string>] | undefined;
    for (const entry of this.#idsOf) if (largest === undefined || entry[1].size > largest[1].size) largest = entry;
    const [workspaceId = '', ids = new Set<string>()] = largest ?? [];
    const [oldest = ''] = ids;
    ids.delete(oldest);
    this.#workspaceOf.delete(oldest);
    if (ids.size === 0) this.#idsOf.delete(workspaceId);
  }
}
