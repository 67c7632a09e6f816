import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BundleVersions } from '../../../../functions/adapters/child-process/instance-versions.ts';

let root: string;
let releaseFolder: string;
let folder: string;

async function build(program: string): Promise<void> {
  await mkdir(releaseFolder, { recursive: true });
  await writeFile(join(releaseFolder, 'main.js'), program);
  await writeFile(join(releaseFolder, 'package.json'), '{}');
}

async function opened(): Promise<BundleVersions> {
  const versions = new BundleVersions({ releaseFolder, folder });
  await versions.open();
  return versions;
}

const currentOf = async (versions: BundleVersions) => (await versions.current()) ?? '';
const programOf = (versions: BundleVersions, version: string) => readFile(join(versions.folderOf(version), 'main.js'), 'utf8');

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'instance-versions-'));
  releaseFolder = join(root, 'release');
  folder = join(root, 'data', 'instance-versions');
  await build('one');
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('installs the release at start as a copy that a new build does not change', async () => {
  const versions = await opened();
  const first = await currentOf(versions);
  expect(first).toMatch(/^[0-9a-f]{16}$/);
  await build('two');
  expect(await programOf(versions, first)).toBe('one');
  expect(await versions.list()).toEqual([{ version: first, installedAt: expect.stringMatching(/^\d{4}-.*Z$/) }]);
  const second = (await versions.installRelease()) ?? '';
  expect(second).not.toBe(first);
  expect(await programOf(versions, second)).toBe('two');
  expect(await versions.current()).toBe(first);
  expect(await versions.installRelease()).toBe(second);
  expect(await versions.list()).toHaveLength(2);
});

it('is open where the release brings no program, as from the sources, and takes the first one that comes', async () => {
  await rm(releaseFolder, { recursive: true });
  const versions = await opened();
  expect(await versions.current()).toBeUndefined();
  expect(await versions.installRelease()).toBeUndefined();
  expect(await versions.list()).toEqual([]);
  await versions.removeUnused(new Set());
  await build('one');
  const first = await versions.installRelease();
  expect(first).toBe(await versions.current());
  await rm(releaseFolder, { recursive: true });
  expect(await (await opened()).current()).toBe(first);
});

it('gives the same program the same version, and a file with another name another one', async () => {
  const first = await (await opened()).current();
  await rm(folder, { recursive: true });
  expect(await (await opened()).current()).toBe(first);
  await writeFile(join(releaseFolder, 'more.cjs'), '');
  expect(await (await opened()).current()).not.toBe(first);
});

it('starts with a new release, but does not undo that an operator went back while the release is the same', async () => {
  const before = await opened();
  const first = await currentOf(before);
  await build('two');
  const second = (await before.installRelease()) ?? '';
  await before.makeCurrent(second);
  expect(await (await opened()).current()).toBe(second);
  await (await opened()).makeCurrent(first);
  expect(await (await opened()).current()).toBe(first);
  await build('three');
  expect(await programOf(await opened(), await currentOf(await opened()))).toBe('three');
});

it('heals where the folder of the current version, or what it remembers, is lost', async () => {
  const versions = await opened();
  await rm(versions.folderOf(await currentOf(versions)), { recursive: true });
  const again = await opened();
  expect(await programOf(again, await currentOf(again))).toBe('one');
  await writeFile(join(folder, 'versions.json'), '{');
  expect(await programOf(await opened(), await currentOf(again))).toBe('one');
});

it('keeps the current version, the one that was current before and those that run', async () => {
  const versions = await opened();
  const installed = [await currentOf(versions)];
  for (const program of ['two', 'three', 'four']) {
    await build(program);
    installed.push((await versions.installRelease()) ?? '');
  }
  await versions.makeCurrent(installed[2] ?? '');
  await versions.makeCurrent(installed[2] ?? '');
  const kept = async () => (await versions.list()).map(({ version }) => version).sort();
  await versions.removeUnused(new Set([installed[0] ?? '']));
  expect(await kept()).toEqual([installed[0], installed[2]].sort());
  await versions.makeCurrent(installed[0] ?? '');
  await versions.removeUnused(new Set());
  expect(await kept()).toEqual([installed[0], installed[2]].sort());
  await build('five');
  const next = await opened();
  await next.removeUnused(new Set());
  expect((await next.list()).map(({ version }) => version).sort()).toEqual([installed[0], await next.current()].sort());
});

it('sweeps up copies that were cut short, and names no folder outside its own', async () => {
  await mkdir(join(folder, '.copy-half'), { recursive: true });
  await mkdir(join(folder, '.removed-half'), { recursive: true });
  const versions = await opened();
  expect((await readdir(folder)).sort()).toEqual([await versions.current(), 'versions.json'].sort());
  for (const version of ['../release', '', 'A'.repeat(16), `${'a'.repeat(16)}/..`]) {
    expect(() => versions.folderOf(version)).toThrow('no version');
  }
});
