import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDataFolder } from '../../../selfhost/postgres/data-folder.ts';
import { lockDataFolder } from '../../../selfhost/postgres/data-folder-lock.ts';
import { DataFolderError } from '../../../selfhost/postgres/errors.ts';

describe('data folder', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'smartlead-mcp-folder-'));
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it('is made with the folders above it, for its owner alone', () => {
    const folder = join(parent, 'a', 'b', 'c');
    makeDataFolder(folder);
    makeDataFolder(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('may be a link to a folder', () => {
    makeDataFolder(join(parent, 'real'));
    symlinkSync(join(parent, 'real'), join(parent, 'link'));
    makeDataFolder(join(parent, 'link'));
  });

  // Where it is a system's own: mkdir answers as for a missing parent, for ever.
  it.runIf(existsSync('/proc/self'))('is refused where the system makes no folders', () => {
    for (const folder of ['/proc/xx', '/proc/xx/yy', '/sys/xx']) {
      expect(() => makeDataFolder(folder)).toThrow(DataFolderError);
      expect(() => lockDataFolder(folder)).toThrow(`the data folder ${folder} cannot be used: `);
    }
  });

  it('is refused where a file has its name, or that of a folder above it', () => {
    const file = join(parent, 'file');
    writeFileSync(file, '');
    expect(() => lockDataFolder(file)).toThrow(/cannot be used: there is a file of this name; set DATA_DIR/);
    expect(() => lockDataFolder(join(file, 'below'))).toThrow(/cannot be used: a part of its path is a file; set DATA_DIR/);
  });

  it('is refused where a link leads nowhere', () => {
    symlinkSync(join(parent, 'missing'), join(parent, 'link'));
    expect(() => makeDataFolder(join(parent, 'link'))).toThrow(DataFolderError);
  });
});
