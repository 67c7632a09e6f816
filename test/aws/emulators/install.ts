import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));

/** Python environment with the emulators, in a folder of the project that git does not see. */
export const emulatorFolder =
  process.env.AWS_EMULATOR_FOLDER ?? fileURLToPath(new URL('../../../.aws-emulator', import.meta.url));
const stamp = join(emulatorFolder, 'installed-requirements.txt');

/** The emulators cannot be installed here. The message is one line and says what is missing. */
export class EmulatorsNotInstalled extends Error {
  override readonly name = 'EmulatorsNotInstalled';
}

/**
 * Installs the emulators in versions that are pinned, where that has not been done yet: about 110 MB, half a minute. Rejects with
 * {@link EmulatorsNotInstalled} where there is no Python 3 with `venv`, or its packages cannot be had.
 */
export async function installEmulators(): Promise<void> {
  const wanted = await readFile(requirements, 'utf8');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return;
  await run('python3', ['-c', 'import ensurepip, venv']).catch(() => {
    throw new EmulatorsNotInstalled('there is no python3 with venv (on Debian: apt-get install python3-venv)');
  });
  await rm(emulatorFolder, { recursive: true, force: true });
  try {
    await run('python3', ['-m', 'venv', emulatorFolder]);
    await run(join(emulatorFolder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  } catch (cause) {
    throw new EmulatorsNotInstalled('pip could not install the emulators', { cause });
  }
  await writeFile(stamp, wanted);
}

/** Whether the emulators are there, in the versions that the tests want or others. */
export function areEmulatorsInstalled(): boolean {
  return existsSync(stamp);
}
