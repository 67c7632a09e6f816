import type { InstalledImageStore, InstalledImages } from '../../ports.ts';
import { createInstalledImagesEntity } from './entities/installed-images.ts';
import { withoutNulls } from './null-attributes.ts';
import { requested } from './request.ts';
import type { PlatformTable } from './table.ts';

const name = 'installed-images';

/** All installed images as one item, which is written under the condition that nobody else has written since. */
export class DynamoInstalledImageStore implements InstalledImageStore {
  readonly #images: ReturnType<typeof createInstalledImagesEntity>;

  constructor(table: PlatformTable) {
    this.#images = createInstalledImagesEntity(table);
  }

  async read(): Promise<InstalledImages & { revision: number }> {
    const { data } = await requested(() => this.#images.get({ name }).go({ consistent: true }));
    if (data === null) return { images: [], current: null, previous: null, revision: 0 };
    const { images, current = null, previous = null, revision } = data;
    return { images, current, previous, revision };
  }

  async write({ images, ...versions }: InstalledImages, revision: number): Promise<boolean> {
    const { rejected } = await requested(() =>
      this.#images
        .put({ name, ...withoutNulls(versions), images: [...images], revision: revision + 1 })
        .where((item, { eq, notExists }) => (revision === 0 ? notExists(item.revision) : eq(item.revision, revision)))
        .go({ response: 'none', returnOnConditionCheckFailure: true }),
    );
    return !rejected;
  }
}
