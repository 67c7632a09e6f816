/**
 * Bundles every Lambda function of `functions/lambda/` into `<outdir>/<name>/index.mjs`, a folder each, as CDK uploads them.
 * `node scripts/build-functions.ts` writes to `dist/functions`.
 */
import { globSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const entryFolder = 'functions/lambda';

/** The most a bundle may weigh, in bytes: more delays every cold start. */
export const bundleLimit = 500_000;

/** Zod's namespace carries its messages in over forty languages, half of a small bundle; ours are English. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/locales\/index\.js$/ }, ({ resolveDir }) =>
      resolveDir.includes('/zod/v4/') ? { path: join(resolveDir, '..', 'locales', 'en.js') } : undefined,
    ),
};

/**
 * `import { z } from 'zod'` takes all of Zod along, because it hands over one object with everything in it; imported as a namespace,
 * only what is used stays. That is a hundred kilobytes less in each bundle.
 */
const usedPartsOfZod: Plugin = {
  name: 'used-parts-of-zod',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return { loader: 'ts', contents: source.replace("import { z } from 'zod';", "import * as z from 'zod';") };
    }),
};

/**
 * Lambda's runtime brings the clients of the AWS SDK along, but not the signer of RDS. That is bundled with what it is made of, and
 * without the many ways to find credentials: it is told them.
 */
const runtimeBringsTheSdk: Plugin = {
  name: 'runtime-brings-the-sdk',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^@(aws-sdk|smithy)\// }, ({ path, importer }) => {
      const isOfSigner = path === '@aws-sdk/rds-signer' || /\/node_modules\/@(aws-sdk|smithy)\//.test(importer);
      if (!isOfSigner) return { path, external: true };
      if (path === '@aws-sdk/credential-providers') return { path, namespace: 'told-credentials' };
      // Their ES modules, of which only what is used stays; Node.js would be given others.
      return path.split('/').length === 2 ? { path: join(root, 'node_modules', path, 'dist-es', 'index.js') } : undefined;
    });
    onLoad({ filter: /.*/, namespace: 'told-credentials' }, () => ({
      contents: "export const fromNodeProviderChain = () => { throw new Error('the signer has to be told its credentials'); };",
    }));
  },
};

export interface FunctionBundle {
  /** Folder of the bundle: the entry's path below `functions/lambda/`, joined by dashes, such as `lifecycle-launch-instance`. */
  name: string;
  /** Source of the entry, from the root of the project. */
  entry: string;
  bytes: number;
  /** All source files whose code is in the bundle, from the root of the project. */
  sources: string[];
}

/** Rejects where a bundle does not build, is too large or holds native code. The folder then holds no bundles. */
export async function buildFunctions({
  outdir,
  limit = bundleLimit,
}: {
  outdir: string;
  /** In bytes. */
  limit?: number;
}): Promise<FunctionBundle[]> {
  const entries = globSync(`${entryFolder}/**/*.ts`, { cwd: root }).sort();
  const named = entries.map((entry) => ({
    entry,
    name: entry.slice(entryFolder.length + 1, -'.ts'.length).replaceAll('/', '-'),
  }));
  await rm(outdir, { recursive: true, force: true });

  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: named.map(({ entry, name }) => ({ in: entry, out: `${name}/index` })),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    // Names of classes and functions are in our logs.
    keepNames: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Packages written as CommonJS call require for Node's own modules.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    plugins: [englishOnly, usedPartsOfZod, runtimeBringsTheSdk],
    metafile: true,
    write: false,
    logLevel: 'warning',
  });

  const bundles: FunctionBundle[] = [];
  for (const [path, output] of Object.entries(metafile.outputs)) {
    const name = dirname(path).split('/').at(-1) ?? '';
    const entry = output.entryPoint ?? '';
    const sources = Object.entries(output.inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([source]) => source)
      .sort();
    if (output.bytes > limit) throw new Error(`the bundle ${name} has ${output.bytes} bytes; at most ${limit} are allowed`);
    const native = sources.find((source) => source.endsWith('.node'));
    if (native !== undefined) throw new Error(`the bundle ${name} holds native code: ${native}`);
    bundles.push({ name, entry, bytes: output.bytes, sources });
  }

  for (const { path, contents } of outputFiles) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  }
  return bundles.sort((a, b) => (a.name < b.name ? -1 : 1));
}

if (import.meta.main) {
  const place = join(root, 'dist', 'functions');
  const fresh = join(root, 'dist', `.functions-being-built-${process.pid}`);
  await buildFunctions({ outdir: fresh });
  await rm(place, { recursive: true, force: true });
  await rename(fresh, place);
}
