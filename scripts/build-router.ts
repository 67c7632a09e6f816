import { fileURLToPath } from 'node:url';
import { bundleProgram } from './bundle-program.ts';

/** Bundles the router of scale `saas` into `<outdir>/main.js`. */
export function buildRouter({ outdir }: { outdir: string }): Promise<void> {
  // How undici tells that it is built into Node: then it leaves out its second, experimental parser of HTTP.
  return bundleProgram({ entry: 'container/router/main.ts', outdir, define: { esbuildDetection: 'true' } });
}

if (import.meta.main) await buildRouter({ outdir: fileURLToPath(new URL('../dist/router', import.meta.url)) });
