import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The image that the Dockerfile builds on. */
export const baseImage = 'node:24-slim';

export interface BaseImage {
  /** Removes the image where it was made here. */
  remove(): Promise<void>;
}

/**
 * Sees to it that the base image is there. Where the daemon has none and no registry gives one, an image of the Node that runs this,
 * with npm and the libraries both need, takes its place: it has less in it than the real one, not even a shell.
 * @throws Error where that cannot be made either.
 */
export async function prepareBaseImage(): Promise<BaseImage> {
  const kept = { remove: async () => undefined };
  if (await succeeds(['image', 'inspect', baseImage], 10_000)) return kept;
  if (await succeeds(['pull', '--quiet', baseImage], 60_000)) return kept;
  await importFromThisMachine();
  return { remove: async () => void (await run('docker', ['image', 'rm', '--force', baseImage])) };
}

async function importFromThisMachine(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'node-base-image-'));
  try {
    for (const path of ['etc', 'tmp', 'usr/bin', 'usr/local/bin', 'usr/local/etc', 'usr/local/lib/node_modules']) {
      await mkdir(join(folder, path), { recursive: true });
    }
    await chmod(join(folder, 'tmp'), 0o1777);
    await writeFile(join(folder, 'etc/passwd'), 'root:x:0:0::/root:/nologin\nnode:x:1000:1000::/tmp:/nologin\n');
    await copyProgram(process.execPath, '/usr/local/bin/node', folder);
    // npm starts by way of env.
    await copyProgram('/usr/bin/env', '/usr/bin/env', folder);
    const npm = dirname(dirname(await realpath((await run('which', ['npm'])).stdout.trim())));
    await cp(npm, join(folder, 'usr/local/lib/node_modules/npm'), { recursive: true });
    await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(folder, 'usr/local/bin/npm'));
    await trustWhatNodeTrustsHere(folder);
    const archive = `${folder}.tar`;
    try {
      await run('tar', ['--create', '--file', archive, '--owner=0', '--group=0', '--directory', folder, '.']);
      await run('docker', ['import', archive, baseImage]);
    } finally {
      await rm(archive, { force: true });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Where this machine reaches the registry through a proxy with a certificate of its own, npm in the image has to know it, too. */
async function trustWhatNodeTrustsHere(folder: string): Promise<void> {
  const certificates = process.env.NODE_EXTRA_CA_CERTS || (await run('npm', ['config', 'get', 'cafile'])).stdout.trim();
  if (certificates === '' || certificates === 'null') return;
  await copyFile(certificates, join(folder, 'etc/extra-certificates.pem'));
  await writeFile(join(folder, 'usr/local/etc/npmrc'), 'cafile=/etc/extra-certificates.pem\n');
}

/** Copies a program and the shared libraries it is linked to. */
async function copyProgram(from: string, to: string, folder: string): Promise<void> {
  await copyFile(from, join(folder, to));
  await chmod(join(folder, to), 0o755);
  const { stdout } = await run('ldd', [from]);
  for (const [library] of stdout.matchAll(/\/\S+(?= \(0x)/g)) {
    await mkdir(join(folder, dirname(library)), { recursive: true });
    await copyFile(library, join(folder, library));
  }
}

async function succeeds(dockerArguments: string[], timeout: number): Promise<boolean> {
  return run('docker', dockerArguments, { timeout }).then(
    () => true,
    () => false,
  );
}
