import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceFlags } from '../../scripts/service-runtime.mjs';

const run = promisify(execFile);
const scripts = fileURLToPath(new URL('../../scripts', import.meta.url));
const program = 'process.stdout.write(JSON.stringify(process.execArgv))';

/** An installation of its own in which everything is installed, builds do nothing, and each program prints the flags it was started with. */
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'launch-'));
  for (const folder of ['scripts', 'dist/service', 'dist/instance', 'node_modules/node/bin'])
    await mkdir(join(root, folder), { recursive: true });
  for (const script of ['launch.mjs', 'service-runtime.mjs'])
    await copyFile(join(scripts, script), join(root, 'scripts', script));
  await writeFile(join(root, 'scripts/build.ts'), '');
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
  await writeFile(join(root, 'package-lock.json'), '{}');
  const installed = `${createHash('sha256').update('{}').digest('hex')} ${process.platform}-${process.arch}`;
  await writeFile(join(root, 'node_modules/.installed-for'), installed);
  await symlink(process.execPath, join(root, 'node_modules/node/bin/node'));
  for (const part of ['service', 'instance']) await writeFile(join(root, `dist/${part}/main.js`), program);
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function flagsOf(command: string): Promise<string[]> {
  const { stdout } = await run(process.execPath, [join(root, 'scripts/launch.mjs'), command], {
    env: { PATH: process.env.PATH ?? '' },
  });
  return JSON.parse(stdout) as string[];
}

describe('the entry of all commands', () => {
  it.each(['start', 'service'])('runs the service with its flags: %s', async (command) => {
    expect(await flagsOf(command)).toEqual(serviceFlags);
  });

  it('runs no other program with the flags of the service', async () => {
    const flags = await flagsOf('instance');
    expect(flags).toContain('--enable-source-maps');
    expect(flags).not.toContain('--max-semi-space-size=8');
  });
});
