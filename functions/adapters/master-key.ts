import { createHmac, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** There is no usable master key. The message is one line for the operator and never holds the key. */
export class MasterKeyError extends Error {
  override readonly name = 'MasterKeyError';
}

/** The key that everything in the database is sealed with. */
export interface MasterKey {
  /** 32 bytes. */
  bytes: Buffer;
  /** 8 bytes that name the key and do not reveal it. */
  id: Buffer;
}

export interface MasterKeyOptions {
  /** The setting MASTER_KEY: 32 bytes in base64 or hexadecimal. Comes before the file. */
  value?: string | undefined;
  /** Path of the key file, such as `DATA_DIR/master.key`. */
  file: string;
  /** Whether a missing file may be made. Only where there is no database yet: a new key would not open an old one. */
  mayCreate: boolean;
}

const keyLength = 32;

/** Loads the master key, or makes it. Throws {@link MasterKeyError}, and then has changed nothing. */
export function loadMasterKey({ value, file, mayCreate }: MasterKeyOptions): MasterKey {
  if (value !== undefined) return parseMasterKey(value, 'MASTER_KEY');
  const text = readKeyFile(file);
  if (text !== undefined) return parseMasterKey(text, `the master key file ${file}`);
  if (!mayCreate) {
    throw new MasterKeyError(
      `the master key file ${file} is missing, but the database needs it; restore the file or set MASTER_KEY`,
    );
  }
  createKeyFile(file);
  return parseMasterKey(readKeyFile(file) ?? '', `the master key file ${file}`);
}

function parseMasterKey(text: string, source: string): MasterKey {
  const trimmed = text.trim();
  const isHexadecimal = /^[0-9a-f]{64}$/i.test(trimmed);
  const isBase64 = /^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed);
  if (!isHexadecimal && !isBase64) throw new MasterKeyError(`${source} must hold ${keyLength} bytes in base64 or hexadecimal`);
  const bytes = Buffer.from(trimmed, isHexadecimal ? 'hex' : 'base64');
  return { bytes, id: createHmac('sha256', bytes).update('master key id').digest().subarray(0, 8) };
}

function readKeyFile(file: string): string | undefined {
  try {
    const { mode } = statSync(file);
    // Windows has no such bits; there the folder's access list protects the file.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new MasterKeyError(`other users can read the master key file ${file}; make it private with: chmod 600 ${file}`);
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof MasterKeyError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return undefined;
    throw new MasterKeyError(`the master key file ${file} cannot be read (${code})`, { cause: error });
  }
}

/** Writes a whole key or nothing; where another process was faster, its key stays. */
function createKeyFile(file: string): void {
  const draft = `${file}.draft-${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(draft, `${randomBytes(keyLength).toString('base64')}\n`, { mode: 0o600, flush: true });
    chmodSync(draft, 0o600);
    linkSync(draft, file);
    syncFolder(dirname(file));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EEXIST') throw new MasterKeyError(`the master key file ${file} cannot be made (${code})`, { cause: error });
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Lets the file's name survive a power failure: a database that outlived its key would be lost. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
