import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadMasterKey, MasterKeyError } from '../../../functions/adapters/master-key.ts';

describe('master key', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'smartlead-mcp-master-key-'));
    file = join(folder, 'master.key');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is made once, for our eyes only, and found again', () => {
    const made = loadMasterKey({ file, mayCreate: true });
    expect(made.bytes).toHaveLength(32);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['master.key']);
    expect(loadMasterKey({ file, mayCreate: false })).toEqual(made);
    expect(loadMasterKey({ file, mayCreate: true })).toEqual(made);
  });

  it.each(['hex', 'base64', 'base64url'] as const)('is taken from MASTER_KEY in %s', (encoding) => {
    const bytes = randomBytes(32);
    expect(loadMasterKey({ value: bytes.toString(encoding), file, mayCreate: true }).bytes).toEqual(bytes);
    expect(existsSync(file)).toBe(false);
  });

  it('has an id that belongs to it and does not show it', () => {
    const [one, other] = [randomBytes(32), randomBytes(32)].map((bytes) =>
      loadMasterKey({ value: bytes.toString('hex'), file, mayCreate: false }),
    );
    expect(one?.id).not.toEqual(other?.id);
    expect(one?.bytes.includes(one.id)).toBe(false);
  });

  it('is not replaced where a database needs the old one', () => {
    expect(() => loadMasterKey({ file, mayCreate: false })).toThrow(MasterKeyError);
    expect(() => loadMasterKey({ file, mayCreate: false })).toThrow(/is missing/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['', 'short', randomBytes(31).toString('hex'), randomBytes(33).toString('base64'), `${'g'.repeat(64)}`])(
    'refuses %j, and does not repeat it',
    (text) => {
      writeFileSync(file, text, { mode: 0o600 });
      for (const load of [
        () => loadMasterKey({ file, mayCreate: true }),
        () => loadMasterKey({ value: text, file, mayCreate: true }),
      ]) {
        expect(load).toThrow(MasterKeyError);
        expect(load).toThrow(/must hold 32 bytes/);
        if (text !== '') expect(load).not.toThrow(text);
      }
      expect(readFileSync(file, 'utf8')).toBe(text);
    },
  );

  it('refuses a file that others can read, and leaves it as it is', () => {
    loadMasterKey({ file, mayCreate: true });
    chmodSync(file, 0o640);
    expect(() => loadMasterKey({ file, mayCreate: true })).toThrow(/other users can read.*chmod 600/);
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it('refuses what cannot be read as a file', () => {
    expect(() => loadMasterKey({ file: folder, mayCreate: true })).toThrow(MasterKeyError);
    expect(() => loadMasterKey({ file: join(folder, 'a\0b'), mayCreate: true })).toThrow(MasterKeyError);
  });
});
