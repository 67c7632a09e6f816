import { fileURLToPath } from 'node:url';
import { bundleProgram } from './bundle-program.ts';

/** Bundles the manager of scale `saas` into `<outdir>/main.js`. */
export function buildManager({ outdir }: { outdir: string }): Promise<void> {
  return bundleProgram({ entry: 'functions/instance-manager-service/main.ts', outdir });
}

if (import.meta.main) await buildManager({ outdir: fileURLToPath(new URL('../dist/manager', import.meta.url)) });
