import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { englishOnlyPlugin } from './english-only-plugin.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface ProgramBundle {
  /** Source of the program, from the root of the project. */
  entry: string;
  outdir: string;
  /** Names that stand for constants in the packages. */
  define?: Record<string, string>;
}

/**
 * Bundles a program of scale `saas` with all its packages into `<outdir>/main.js`, so that reading this folder is all it needs to be
 * allowed. Names stay as they are: they are in the stacks that it logs.
 * @throws Error where esbuild warns.
 */
export async function bundleProgram({ entry, outdir, define = {} }: ProgramBundle): Promise<void> {
  const { warnings } = await build({
    absWorkingDir: root,
    entryPoints: { main: entry },
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Packages written as CommonJS call require for Node's own modules.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    define,
    keepNames: true,
    legalComments: 'linked',
    plugins: [englishOnlyPlugin],
    logLevel: 'warning',
  });
  // Says what main.js is: without it, Node would look for the package.json of a folder that the program may not read.
  await writeFile(join(outdir, 'package.json'), '{"type":"module"}\n');
  if (warnings.length > 0) throw new Error(`esbuild warns: ${warnings.map(({ text }) => text).join('; ')}`);
}
