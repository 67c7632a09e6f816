import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

/** Name of the file with V8's compiled form of the bundle, beside the bundle. */
export const codeCacheFile = 'server.code-cache';

/**
 * Runs the bundle `server.cjs` of a folder, with the V8 code cache made at build time, which takes half the time off a start and a
 * tenth off its memory. Node's own compile cache will not do: it demands write access, which an instance does not have. A cache that
 * is missing, or was made by another version of V8, costs time and nothing else.
 */
export function loadBundle<Exported>(folder: string): { script: Script; exported: Exported } {
  const file = join(folder, 'server.cjs');
  // The bundle is plain ASCII; read as such it takes half the time and memory.
  const source = `(function (module, exports, require) {${readFileSync(file, 'latin1')}\n})`;
  const script = new Script(source, { filename: file, ...readCodeCache(folder) });
  const loaded = { exports: {} as Exported };
  script.runInThisContext().call(undefined, loaded, loaded.exports, createRequire(file));
  return { script, exported: loaded.exports };
}

function readCodeCache(folder: string): { cachedData?: Buffer } {
  try {
    return { cachedData: readFileSync(join(folder, codeCacheFile)) };
  } catch {
    return {};
  }
}
