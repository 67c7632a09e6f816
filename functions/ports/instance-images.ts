import type { InstalledVersion } from './rollouts.ts';

/** A version of the instance image, and what it is pulled by. */
export interface InstalledImage extends InstalledVersion {
  /** Such as `123456789012.dkr.ecr.eu-central-1.amazonaws.com/assets:0f3c...`. */
  image: string;
}

/** Which images are there to be launched, all together: a handful. */
export interface InstalledImages {
  images: readonly InstalledImage[];
  /** Versions; `null` where there is none. */
  current: string | null;
  /** What was current before. */
  previous: string | null;
}

export interface InstalledImageStore {
  /** With the number of the last change; 0 and nothing installed where nothing was ever written. A consistent read. */
  read(): Promise<InstalledImages & { revision: number }>;
  /** Writes if nobody has written since `revision`, atomically. Answers whether it did. */
  write(images: InstalledImages, revision: number): Promise<boolean>;
}
