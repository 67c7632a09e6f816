/** Part of the whole that one workspace may take: nobody can fill it for all others. */
const shareOfOneWorkspace = 0.25;

/** Counts memory, in bytes, that all workspaces of one router take together, and what each of them takes of it. */
export class SharedMemory {
  readonly #most: number;
  readonly #mostOfOne: number;
  readonly #byWorkspace = new Map<string, number>();
  #bytes = 0;

  constructor(most: number) {
    this.#most = most;
    this.#mostOfOne = most * shareOfOneWorkspace;
  }

  /** What all take together. */
  get bytes(): number {
    return this.#bytes;
  }

  hasRoomFor(workspaceId: string, bytes: number): boolean {
    return this.#bytes + bytes <= this.#most && (this.#byWorkspace.get(workspaceId) ?? 0) + bytes <= this.#mostOfOne;
  }

  /** Takes memory for the workspace. Answers whether there was room for it. */
  take(workspaceId: string, bytes: number): boolean {
    if (!this.hasRoomFor(workspaceId, bytes)) return false;
    this.#bytes += bytes;
    this.#byWorkspace.set(workspaceId, (this.#byWorkspace.get(workspaceId) ?? 0) + bytes);
    return true;
  }

  /** Gives back what {@link take} took. */
  give(workspaceId: string, bytes: number): void {
    this.#bytes -= bytes;
    const left = (this.#byWorkspace.get(workspaceId) ?? 0) - bytes;
    if (left > 0) this.#byWorkspace.set(workspaceId, left);
    else this.#byWorkspace.delete(workspaceId);
  }
}
