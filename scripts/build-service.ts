import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Bundles the self-hosted platform into `<outdir>/main.js`. Packages stay outside: some carry native code, and node_modules is there. */
export async function buildService({ outdir }: { outdir: string }): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: { main: 'selfhost/main.ts' },
    outdir,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
  });
}

if (import.meta.main) await buildService({ outdir: `${root}/dist/service` });
