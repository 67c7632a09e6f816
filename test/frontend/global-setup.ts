import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder of the run in which the first file that needs the dashboard builds it for all. */
    dashboardFolder: string;
  }
}

/** Names the folder of the run's one build of the dashboard. A run without browser tests builds nothing. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'smartlead-mcp-test-dashboard-'));
  project.provide('dashboardFolder', folder);
  return () => rm(folder, { recursive: true, force: true });
}
