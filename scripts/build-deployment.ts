/**
 * Builds what the CDK app deploys; `cdk.json` runs it before every synthesis. The functions always, in a second; the dashboard, which
 * takes longer, only where its sources have changed since.
 */
import { globSync, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDashboard } from './build-dashboard.ts';
import { buildFunctions } from './build-functions.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the dashboard is made of. */
const dashboardSources = ['frontend/**/*', 'package-lock.json'];

/** Builds a part beside its place and moves it there at the end. */
async function place(part: string, build: (outdir: string) => Promise<unknown>): Promise<void> {
  const fresh = join(root, 'dist', `.${part}-being-built-${process.pid}`);
  await build(fresh);
  await rm(join(root, 'dist', part), { recursive: true, force: true });
  await rename(fresh, join(root, 'dist', part));
}

/** When a file was last written, in milliseconds since 1970; long ago where it is missing. */
function writtenAt(file: string): number {
  return statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

await place('functions', (outdir) => buildFunctions({ outdir }));
const builtAt = writtenAt('dist/dashboard/index.html');
if (globSync(dashboardSources, { cwd: root }).some((source) => writtenAt(source) > builtAt)) {
  await place('dashboard', (outdir) => buildDashboard({ outdir }));
}
