import type { InstalledVersion, InstanceVersions } from '../../../functions/ports.ts';

/** Versions that are only names. */
export class InMemoryInstanceVersions implements InstanceVersions {
  /** What the release brings. */
  release = 'version-1';
  readonly installed = new Set(['version-1']);
  #current = 'version-1';

  async installRelease(): Promise<string> {
    this.installed.add(this.release);
    return this.release;
  }

  async list(): Promise<InstalledVersion[]> {
    return [...this.installed].reverse().map((version) => ({ version, installedAt: '2026-11-22T08:00:00.000Z' }));
  }

  async current(): Promise<string> {
    return this.#current;
  }

  async makeCurrent(version: string): Promise<void> {
    this.#current = version;
  }

  async removeUnused(running: ReadonlySet<string>): Promise<void> {
    const unused = [...this.installed].filter((version) => version !== this.#current && !running.has(version));
    for (const version of unused.slice(0, -1)) this.installed.delete(version);
  }
}
