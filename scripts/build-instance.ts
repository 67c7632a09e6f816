import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { type CatalogueDocument, compactCatalogue } from '../container/instance/catalogue/compact-catalogue.ts';
import { englishOnlyPlugin } from './english-only-plugin.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const codeCacheScript = fileURLToPath(new URL('./make-code-cache.ts', import.meta.url));

/** Puts the catalogue into the bundle in its compact form, as text: V8 parses JSON faster than the same object as a program. */
const compactCataloguePlugin: Plugin = {
  name: 'compact-catalogue',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]catalogue[\\/]smartlead-api\.json$/ }, async ({ path }) => {
      const document = JSON.parse(await readFile(path, 'utf8')) as CatalogueDocument;
      const text = JSON.stringify(JSON.stringify(compactCatalogue(document)));
      return { contents: `export default JSON.parse(${text});`, loader: 'js' };
    });
  },
};

/** What stands in the bundle for modules of packages that an instance never uses, but whose loading would cost every start. */
const replacements: { filter: RegExp; importer?: RegExp; contents: string }[] = [
  {
    // The connection pool and its request method alone; the whole package also brings fetch, WebSocket, caches and mocks.
    filter: /^undici$/,
    contents: `
      module.exports = { Agent: require('undici/lib/dispatcher/agent.js') };
      Object.assign(require('undici/lib/dispatcher/dispatcher.js').prototype, { request: require('undici/lib/api/api-request.js') });`,
  },
  {
    // HTTP/2 is off in our pool; undici itself copes with a Node that lacks it.
    filter: /^node:http2$/,
    importer: /[\\/]undici[\\/]/,
    contents: "throw new Error('HTTP/2 is not in this bundle');",
  },
  {
    // Our pool speaks HTTP/1.1 alone, and sends text alone: the classes of fetch and its forms are for bodies of other kinds.
    filter: /^(?:\.\/client-h2\.js|\.\.\/web\/.*)$/,
    importer: /[\\/]undici[\\/]lib[\\/](?:core|dispatcher)[\\/]/,
    contents: "module.exports = () => { throw new Error('this part of undici is not in this bundle'); };",
  },
  {
    // The same of the SDK of revision 2026-07-28, which brings an ajv of its own.
    filter: /^@modelcontextprotocol\/server\/_shims$/,
    contents: `
      exports.process = process;
      exports.DefaultJsonSchemaValidator = class { constructor() { throw new Error('hand the Server a jsonSchemaValidator'); } };`,
  },
  {
    // The SDK's default validator of elicited answers. Ours is handed to it, and ajv itself is loaded at the first call.
    filter: /[\\/]validation[\\/]ajv-provider\.js$/,
    contents:
      "exports.AjvJsonSchemaValidator = class { constructor() { throw new Error('hand the Server a jsonSchemaValidator'); } };",
  },
];

/** Leaves the SDK of revision 2026-07-28 to a bundle of its own, which is loaded when it is first needed. */
const lazyModernSdkPlugin: Plugin = {
  name: 'lazy-modern-sdk',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/sdk\.ts$/ }, ({ importer }) =>
      importer.endsWith('load-sdk.ts') ? { path: './modern-sdk.cjs', external: true } : undefined,
    );
  },
};

const leanDependenciesPlugin: Plugin = {
  name: 'lean-dependencies',
  setup({ onResolve, onLoad }) {
    for (const [index, { filter, importer }] of replacements.entries()) {
      onResolve({ filter }, ({ importer: from, namespace }) =>
        namespace === 'replacement' || (importer !== undefined && !importer.test(from))
          ? undefined
          : { path: String(index), namespace: 'replacement' },
      );
    }
    onLoad({ filter: /.*/, namespace: 'replacement' }, ({ path }) => ({
      contents: replacements[Number(path)]?.contents ?? '',
      loader: 'js',
      resolveDir: root,
    }));
  },
};

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
  minify: true,
  charset: 'ascii',
  // How undici tells that it is built into Node: then it leaves out its second, experimental parser of HTTP, 170 KB of WebAssembly.
  define: { esbuildDetection: 'true' },
  legalComments: 'linked',
  logLevel: 'warning',
} as const satisfies BuildOptions;

/**
 * Builds the instance into a folder of its own, so that reading this folder is all a process needs to be allowed: `main.js` starts
 * it (as CommonJS: Node's loader of ES modules costs 20 ms), `server.cjs` is everything it runs but what only clients of revision
 * 2026-07-28 need, which is `modern-sdk.cjs`; the `.code-cache` beside each is V8's compiled form of it.
 * @throws Error where esbuild warns: a warning about a bundle that handles keys is a fault.
 */
export async function buildInstance({ outdir }: { outdir: string }): Promise<void> {
  const results = await Promise.all([
    build({
      ...shared,
      entryPoints: { server: 'container/instance/bundle.ts' },
      outdir,
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
      // A script that is run from a code cache cannot import; what it loads later it requires.
      supported: { 'dynamic-import': false },
      plugins: [compactCataloguePlugin, englishOnlyPlugin, lazyModernSdkPlugin, leanDependenciesPlugin],
    }),
    build({
      ...shared,
      entryPoints: { 'modern-sdk': 'container/instance/protocol/modern/sdk.ts' },
      outdir,
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
      plugins: [englishOnlyPlugin, leanDependenciesPlugin],
    }),
    build({
      ...shared,
      entryPoints: { main: 'container/instance/start-from-code-cache.ts' },
      outdir,
      format: 'cjs',
      define: { ...shared.define, 'import.meta.dirname': '__dirname' },
    }),
  ]);
  // Says what main.js is: without it, Node would look for the package.json of a folder that an instance may not read.
  await writeFile(join(outdir, 'package.json'), '{"type":"commonjs"}\n');
  const warnings = results.flatMap((result) => result.warnings);
  if (warnings.length > 0) throw new Error(`esbuild warns: ${warnings.map(({ text }) => text).join('; ')}`);
  await promisify(execFile)(process.execPath, [codeCacheScript, outdir]);
}

if (import.meta.main) await buildInstance({ outdir: `${root}/dist/instance` });
