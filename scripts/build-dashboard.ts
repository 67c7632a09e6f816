import { resolve } from 'node:path';
import { build } from 'vite';

const root = resolve(import.meta.dirname, '..');

export interface BuildDashboardOptions {
  /** Folder that receives index.html and the hashed assets; emptied first. Default: `dist/dashboard`. */
  outdir?: string;
}

/** Builds the web dashboard. Answers the folder it was built to. Rejects with Vite's error where the source does not build. */
export async function buildDashboard(options: BuildDashboardOptions = {}): Promise<string> {
  const outdir = resolve(root, options.outdir ?? 'dist/dashboard');
  const environment = process.env.NODE_ENV;
  // Vite keeps a NODE_ENV that is set, as it is in a test runner, and would then bundle the development build of every library.
  process.env.NODE_ENV = 'production';
  try {
    await build({
      configFile: resolve(root, 'frontend/vite.config.ts'),
      logLevel: import.meta.main ? 'info' : 'warn',
      build: { outDir: outdir, emptyOutDir: true },
    });
  } finally {
    if (environment === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = environment;
  }
  return outdir;
}

if (import.meta.main) await buildDashboard(process.argv[2] === undefined ? {} : { outdir: process.argv[2] });
