/**
 * Builds parts of the product into `dist/`: `node scripts/build.ts instance service dashboard functions router manager`.
 * Each part is built into a folder beside its place and moved there at the end, so a failed build leaves the last good one.
 */
import { rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildDashboard } from './build-dashboard.ts';
import { buildFunctions } from './build-functions.ts';
import { buildInstance } from './build-instance.ts';
import { buildManager } from './build-manager.ts';
import { buildRouter } from './build-router.ts';
import { buildService } from './build-service.ts';

const builders: Record<string, (options: { outdir: string }) => Promise<unknown>> = {
  instance: buildInstance,
  service: buildService,
  dashboard: buildDashboard,
  functions: buildFunctions,
  router: buildRouter,
  manager: buildManager,
};

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const parts = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(builders);

await Promise.all(
  parts.map(async (part) => {
    const builder = builders[part];
    if (builder === undefined) throw new Error(`nothing called "${part}" to build; one of: ${Object.keys(builders).join(', ')}`);
    const fresh = `${dist}/.${part}-being-built`;
    await rm(fresh, { recursive: true, force: true });
    await builder({ outdir: fresh });
    await rm(`${dist}/${part}`, { recursive: true, force: true });
    await rename(fresh, `${dist}/${part}`);
  }),
);
