import type { Clock, InstalledImageStore, InstalledImages, InstalledVersion, InstanceVersions } from '../../ports.ts';
import { LaunchFailed } from '../../ports.ts';

export interface FargateInstanceVersionsParts {
  store: InstalledImageStore;
  /** The image that the deployed release of the platform brings, with a tag or digest made of its content. */
  releaseImage: string;
  clock: Clock;
}

/** As many writers as there may be at once, and some. */
const attempts = 10;
/** A content's hash is cut to this length, as at the other scales: enough to tell any two versions apart. */
const versionLength = 16;

/**
 * Versions of the instance as container images. A new deployment installs its image and leaves current what is: tasks outlive the
 * deployment, so it is by a rollout that they, and with it all launches, come to the new version.
 */
export class FargateInstanceVersions implements InstanceVersions {
  readonly #parts: FargateInstanceVersionsParts;

  constructor(parts: FargateInstanceVersionsParts) {
    this.#parts = parts;
  }

  async installRelease(): Promise<string> {
    const { releaseImage, clock } = this.#parts;
    const version = versionOf(releaseImage);
    const installedAt = clock.now().toISOString();
    await this.#change((installed) => {
      const isKnown = installed.images.some((image) => image.version === version && image.image === releaseImage);
      if (isKnown && installed.current !== null) return undefined;
      const others = installed.images.filter((image) => image.version !== version);
      const images = isKnown ? installed.images : [...others, { version, image: releaseImage, installedAt }];
      return { ...installed, images, current: installed.current ?? version };
    });
    return version;
  }

  async list(): Promise<InstalledVersion[]> {
    const { images } = await this.#parts.store.read();
    return images
      .map(({ version, installedAt }) => ({ version, installedAt }))
      .sort((one, other) => (one.installedAt < other.installedAt ? 1 : -1));
  }

  async current(): Promise<string | undefined> {
    return (await this.#parts.store.read()).current ?? undefined;
  }

  async makeCurrent(version: string): Promise<void> {
    await this.#change((installed) =>
      installed.current === version ? undefined : { ...installed, current: version, previous: installed.current },
    );
  }

  /** Forgets them; the images themselves go when the registry's own rules say so. */
  async removeUnused(running: ReadonlySet<string>): Promise<void> {
    await this.#change((installed) => {
      const { images, current, previous } = installed;
      const isKept = (version: string) => version === current || version === previous || running.has(version);
      const kept = images.filter(({ version }) => isKept(version));
      return kept.length === images.length ? undefined : { ...installed, images: kept };
    });
  }

  /** What a version is pulled by. Rejects with LaunchFailed where it is not installed. */
  async imageOf(version: string): Promise<string> {
    const { images } = await this.#parts.store.read();
    const image = images.find((installed) => installed.version === version)?.image;
    if (image !== undefined) return image;
    throw new LaunchFailed(`Version ${version} of the instance is not installed.`);
  }

  async #change(decide: (installed: InstalledImages) => InstalledImages | undefined): Promise<void> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const { revision, ...installed } = await this.#parts.store.read();
      const next = decide(installed);
      if (next === undefined || (await this.#parts.store.write(next, revision))) return;
    }
    throw new Error('The list of installed versions is always being changed by others.');
  }
}

/** The version that an image is, by its digest or, where it is named by a tag, by that. */
export function versionOf(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1);
  const [tagged = '', digest] = name.split('@');
  const content = digest?.slice(digest.indexOf(':') + 1) ?? tagged.split(':')[1];
  if (content === undefined || content === '') throw new Error('The image of instances has neither a tag nor a digest.');
  return /^[0-9a-f]{32,}$/.test(content) ? content.slice(0, versionLength) : content;
}
