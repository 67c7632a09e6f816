/**
 * Narrows the package.json and package-lock.json of a folder to the named packages and what they need, so that `npm ci` there
 * installs these alone, at the locked versions and checked against the locked hashes: `node narrow-packages.ts <folder> <name>...`.
 * An image needs a handful of the packages that the whole platform and its tests need.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  name: string;
  version: string;
  type?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

interface LockedPackage {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  dev?: boolean;
  optional?: boolean;
  devOptional?: boolean;
}

interface LockFile {
  lockfileVersion: number;
  packages: Record<string, LockedPackage>;
}

/**
 * Both files with the named packages alone.
 * @throws Error for a name that the manifest does not list.
 */
export function narrowPackages(
  manifest: Manifest,
  lock: LockFile,
  names: readonly string[],
): { manifest: Manifest; lock: LockFile } {
  const listed = { ...manifest.dependencies, ...manifest.devDependencies };
  const dependencies = Object.fromEntries(
    names.map((name) => {
      const version = listed[name];
      if (version === undefined) throw new Error(`package.json lists no ${name}`);
      return [name, version];
    }),
  );
  const narrow: Manifest = { name: manifest.name, version: manifest.version, type: 'module', dependencies };
  const places = new Set<string>();
  for (const name of names) addWithNeeds(lock, '', name, places);
  const packages: Record<string, LockedPackage> = { '': narrow };
  for (const place of [...places].sort()) {
    // Who needs a package decides whether it is one for development; here every one is needed.
    const { dev: _dev, devOptional: _devOptional, ...locked } = lock.packages[place] as LockedPackage;
    packages[place] = locked;
  }
  return { manifest: narrow, lock: { ...lock, packages } };
}

/** Adds the place of a package, as its user at `from` finds it, and the places of all it needs itself. */
function addWithNeeds(lock: LockFile, from: string, name: string, places: Set<string>): void {
  const place = findPlace(lock, from, name);
  // Optional packages and peers need not be there.
  if (place === undefined || places.has(place)) return;
  places.add(place);
  const { dependencies, optionalDependencies, peerDependencies } = lock.packages[place] as LockedPackage;
  for (const need of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
    addWithNeeds(lock, place, need, places);
  }
}

/** Where Node would find a package: in the node_modules of its user, or of a folder above. */
function findPlace(lock: LockFile, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (lock.packages[place] !== undefined) return place;
    if (folder === '') return undefined;
  }
}

function main(folder: string, names: readonly string[]): void {
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const { manifest, lock } = narrowPackages(read('package.json'), read('package-lock.json'), names);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(folder, 'package-lock.json'), `${JSON.stringify(lock, null, 2)}\n`);
}

if (import.meta.main) main(process.argv[2] ?? '.', process.argv.slice(3));
