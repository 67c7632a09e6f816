import { createHash, randomUUID } from 'node:crypto';
import { cp, mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { InstalledVersion, InstanceVersions } from '../../ports.ts';

export interface BundleVersionsOptions {
  /** Absolute path of the folder with the bundle that the release of the platform brings. */
  releaseFolder: string;
  /** Absolute path of the folder that keeps a copy of every installed version, such as `.data/instance-versions`. */
  folder: string;
}

const stateSchema = z.object({
  current: z.string(),
  /** What was current before; kept to go back to. */
  previous: z.string().optional(),
  /** What the release brought when it was last looked at. */
  release: z.string(),
});
type State = z.infer<typeof stateSchema>;

const stateFile = 'versions.json';
const versionPattern = /^[0-9a-f]{16}$/;

/**
 * Versions of the instance as folders, each named by a hash of its content. Instances run from copies, so that a new build of the
 * release does not change what runs.
 */
export class BundleVersions implements InstanceVersions {
  readonly #options: BundleVersionsOptions;
  /** Absolute and without symbolic links, as a process is allowed to read it by this name. */
  #folder = '';
  #state: State | undefined;

  constructor(options: BundleVersionsOptions) {
    this.#options = options;
  }

  /**
   * Installs what the release brings. Where that is another one than at the last start, it becomes the current version; otherwise
   * the current version stays, as an operator may have gone back to an older one. A release without a bundle, as when the platform
   * runs from its sources, changes nothing. To be called first of all.
   */
  async open(): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    this.#folder = await realpath(this.#options.folder);
    await this.#removeHalfCopies();
    const known = await this.#readState();
    const release = await this.#install();
    const isUsable = known !== undefined && (await this.#isInstalled(known.current));
    if (isUsable && (release === undefined || known.release === release)) this.#state = known;
    else if (release !== undefined)
      await this.#writeState({ current: release, ...(known ? { previous: known.current } : {}), release });
  }

  async installRelease(): Promise<string | undefined> {
    const release = await this.#install();
    if (release !== undefined) await this.#writeState({ current: release, ...this.#state, release });
    return release;
  }

  async list(): Promise<InstalledVersion[]> {
    const names = (await readdir(this.#folder)).filter((name) => versionPattern.test(name));
    const versions = await Promise.all(
      names.map(async (version) => ({ version, installedAt: (await stat(join(this.#folder, version))).mtime.toISOString() })),
    );
    return versions.sort((one, other) => (one.installedAt < other.installedAt ? 1 : -1));
  }

  async current(): Promise<string | undefined> {
    return this.#state?.current;
  }

  async makeCurrent(version: string): Promise<void> {
    const known: State = this.#state ?? { current: version, release: version };
    const { current, previous, release } = known;
    const before = current === version ? previous : current;
    await this.#writeState({ current: version, ...(before === undefined ? {} : { previous: before }), release });
  }

  async removeUnused(running: ReadonlySet<string>): Promise<void> {
    const { current, previous } = this.#state ?? ({} as Partial<State>);
    for (const { version } of await this.list()) {
      if (version === current || version === previous || running.has(version)) continue;
      // Renamed first, so that a version is there as a whole or not at all.
      const grave = join(this.#folder, `.removed-${randomUUID()}`);
      await rename(join(this.#folder, version), grave);
      await rm(grave, { recursive: true, force: true });
    }
  }

  /** Absolute path of the folder with the version's `main.js`. Throws where that cannot be one of ours. */
  folderOf(version: string): string {
    if (!versionPattern.test(version)) throw new Error('This is no version of the instance.');
    return join(this.#folder, version);
  }

  async #install(): Promise<string | undefined> {
    if (!(await isBundle(this.#options.releaseFolder))) return undefined;
    const copy = join(this.#folder, `.copy-${randomUUID()}`);
    // Hashed after it was copied: what is hashed is what will run, even where the release is being built anew meanwhile.
    await cp(this.#options.releaseFolder, copy, { recursive: true });
    const version = await hashOf(copy);
    if (await this.#isInstalled(version)) await rm(copy, { recursive: true, force: true });
    else await rename(copy, join(this.#folder, version));
    return version;
  }

  #isInstalled(version: string): Promise<boolean> {
    return isBundle(join(this.#folder, version));
  }

  /** What an installation or a removal left behind that was cut short. */
  async #removeHalfCopies(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      if (/^\.(copy|removed)-/.test(name)) await rm(join(this.#folder, name), { recursive: true, force: true });
    }
  }

  async #readState(): Promise<State | undefined> {
    try {
      return stateSchema.parse(JSON.parse(await readFile(join(this.#folder, stateFile), 'utf8')));
    } catch {
      // None yet, or not ours: as on the first start.
      return undefined;
    }
  }

  async #writeState(state: State): Promise<void> {
    const draft = join(this.#folder, `.${stateFile}`);
    await writeFile(draft, JSON.stringify(state), { mode: 0o600 });
    await rename(draft, join(this.#folder, stateFile));
    this.#state = state;
  }
}

/** Whether the folder holds a program that can be launched. */
export function isBundle(folder: string): Promise<boolean> {
  return stat(join(folder, 'main.js')).then(
    () => true,
    () => false,
  );
}

/** Of the names and contents of all files of a folder without folders in it. */
async function hashOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).sort()) {
    const content = await readFile(join(folder, name));
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}
