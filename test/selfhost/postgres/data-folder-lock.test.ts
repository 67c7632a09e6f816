import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDataFolder } from '../../../selfhost/postgres/data-folder-lock.ts';
import { DataFolderInUseError } from '../../../selfhost/postgres/errors.ts';
import { startScript } from './child-script.ts';

describe('data folder lock', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'smartlead-mcp-lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is held by one, and free again after its release', () => {
    const lock = lockDataFolder(folder);
    expect(() => lockDataFolder(folder)).toThrow(DataFolderInUseError);
    expect(() => lockDataFolder(folder)).toThrow(`in use by process ${process.pid}`);
    lock.release();
    lockDataFolder(folder).release();
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('makes the folder where it is missing', () => {
    lockDataFolder(join(folder, 'new', 'deep')).release();
  });

  it('is refused while another process lives, and taken over when that was killed', async () => {
    const holder = await startScript('hold-lock.ts', folder);
    expect(holder.said).toEqual({ locked: true });
    expect(() => lockDataFolder(folder)).toThrow(`in use by process ${holder.child.pid}`);
    await holder.kill();
    lockDataFolder(folder).release();
  });

  it('is not held by a later process that happens to have the same id', () => {
    writeFileSync(join(folder, 'service.lock.4'), JSON.stringify({ pid: process.pid, started: 'another boot/1' }));
    lockDataFolder(folder).release();
  });

  it('is not stopped by a file that is no lock', () => {
    writeFileSync(join(folder, 'service.lock.1'), 'spoilt');
    lockDataFolder(folder).release();
  });

  it('goes to one of several that find a dead holder at the same time', async () => {
    const dead = await startScript('hold-lock.ts', folder);
    await dead.kill();
    const rivals = await Promise.all([1, 2, 3, 4].map(() => startScript('hold-lock.ts', folder)));
    const outcomes = rivals.map(({ said }) => said);
    await Promise.all(rivals.map((rival) => rival.kill()));
    expect(outcomes.filter(({ locked }) => locked)).toHaveLength(1);
    expect(outcomes.filter(({ name }) => name === 'DataFolderInUseError')).toHaveLength(3);
  });
});
