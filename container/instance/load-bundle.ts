import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

/** Name of the file with V8's compiled form of a bundle, beside the bundle. */
export function codeCacheFile(name: string): string {
  return `${name}.code-cache`;
}

const siblingBundle = /^\.\/([\w-]+)\.cjs$/;

/**
 * Runs a bundle of a folder, with the V8 code cache made at build time, which takes half the time off a start and a tenth off its
 * memory. Node's own compile cache will not do: it demands write access, which an instance does not have. A cache that is missing, or
 * was made by another version of V8, costs time and nothing else. What the bundle requires from beside it is loaded in the same way,
 * when it is required.
 * @param name File name without `.cjs`.
 * @param scripts Gets every script that is loaded, by its name.
 */
export function loadBundle<Exported>(folder: string, name: string, scripts = new Map<string, Script>()): Exported {
  const file = join(folder, `${name}.cjs`);
  // The bundle is plain ASCII; read as such it takes half the time and memory.
  const source = `(function (module, exports, require) {${readFileSync(file, 'latin1')}\n})`;
  const script = new Script(source, { filename: file, ...readCodeCache(join(folder, codeCacheFile(name))) });
  scripts.set(name, script);
  const nodeRequire = createRequire(file);
  const require = (id: string): unknown => {
    const [, sibling] = siblingBundle.exec(id) ?? [];
    return sibling === undefined ? nodeRequire(id) : loadBundle(folder, sibling, scripts);
  };
  const loaded = { exports: {} as Exported };
  script.runInThisContext().call(undefined, loaded, loaded.exports, require);
  return loaded.exports;
}

function readCodeCache(file: string): { cachedData?: Buffer } {
  try {
    return { cachedData: readFileSync(file) };
  } catch {
    return {};
  }
}
