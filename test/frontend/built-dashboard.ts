import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildDashboard } from '../../scripts/build-dashboard.ts';

const pollMilliseconds = 50;
const mostMilliseconds = 100_000;

/**
 * Answers the folder of the built dashboard. Whichever file of a run asks first builds it; the others wait for its outcome. Rejects
 * where the source does not build.
 */
export async function builtDashboard(folder: string): Promise<string> {
  const built = join(folder, 'dashboard');
  const outcome = join(folder, 'outcome');
  if (await isFirst(join(folder, 'begun'))) {
    try {
      await buildDashboard({ outdir: built });
      await writeFile(outcome, '');
    } catch (error) {
      await writeFile(outcome, String(error));
      throw error;
    }
    return built;
  }
  const deadline = Date.now() + mostMilliseconds;
  while (Date.now() < deadline) {
    const failure = await readFile(outcome, 'utf8').catch(() => undefined);
    if (failure === '') return built;
    if (failure !== undefined) throw new Error(`The dashboard does not build: ${failure}`);
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  }
  throw new Error('The build of the dashboard takes too long');
}

/** Making a folder succeeds for one only, also among processes. */
async function isFirst(mark: string): Promise<boolean> {
  try {
    await mkdir(mark);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
