import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { PostgresBinaries } from './binaries.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { giveToServer, type ServerAccount, serverEnvironment } from './server-account.ts';

/** Where the parts of the embedded server lie below the data folder. */
export interface ClusterLayout {
  dataDir: string;
  folder: string;
  cluster: string;
  password: string;
  socketFolder: string;
}

/** Name of the one role that may connect, and of its database. The role owns the database and is no superuser. */
export const serviceRole = 'service';

const draftPrefix = 'cluster.initialising-';

export function clusterLayout(dataDir: string): ClusterLayout {
  const folder = join(dataDir, 'postgres');
  return {
    dataDir,
    folder,
    cluster: join(folder, 'cluster'),
    password: join(folder, 'password'),
    socketFolder: join(folder, 'socket'),
  };
}

/** Whether the data folder holds a database. Where it does, a missing master key must not be replaced by a new one. */
export function isClusterInitialised(dataDir: string): boolean {
  return existsSync(clusterLayout(dataDir).cluster);
}

/**
 * Creates the cluster where there is none, and answers the password of {@link serviceRole}. The work happens in a folder of its own
 * that is renamed at the end, so a crash in the middle, or the signal, leaves nothing half-made. Call it only under the data folder's
 * lock.
 */
export async function prepareCluster(
  layout: ClusterLayout,
  binaries: PostgresBinaries,
  account: ServerAccount,
  signal?: AbortSignal,
): Promise<string> {
  mkdirSync(layout.folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(layout.folder)) {
    if (name.startsWith(draftPrefix)) rmSync(join(layout.folder, name), { recursive: true, force: true, maxRetries: 5 }); // Its initdb may still be writing.
  }
  const known = readPassword(layout);
  if (existsSync(layout.cluster)) {
    giveFoldersToServer(account, layout, [layout.cluster]);
    if (known !== undefined) return known;
    const password = createPassword(layout);
    await runSingleUser(layout.cluster, binaries, account, [`ALTER ROLE ${serviceRole} PASSWORD '${password}'`]);
    return password;
  }
  const password = known ?? createPassword(layout);
  const draft = mkdtempSync(join(layout.folder, draftPrefix));
  giveFoldersToServer(account, layout, [draft]);
  await initialise(draft, binaries, account, password, signal);
  signal?.throwIfAborted();
  renameSync(draft, layout.cluster);
  syncFolder(layout.folder);
  return password;
}

function giveFoldersToServer(account: ServerAccount, layout: ClusterLayout, folders: string[]): void {
  giveToServer(account, layout.dataDir, folders);
  giveToServer(account, layout.folder, []);
}

async function initialise(
  draft: string,
  binaries: PostgresBinaries,
  account: ServerAccount,
  password: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  // The builtin provider sorts and folds the same on every operating system, so a data folder can be moved.
  await runToEnd(
    account,
    [
      binaries.initdb,
      `--pgdata=${draft}`,
      '--username=postgres',
      '--encoding=UTF8',
      '--no-locale',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--auth=reject',
      '--no-instructions',
    ],
    { signal },
  );
  // The superuser has no way in but single-user mode: whoever might inject SQL could run programs with its rights.
  const rule = `${serviceRole} scram-sha-256`;
  writeFileSync(join(draft, 'pg_hba.conf'), `local all ${rule}\nhost all ${serviceRole} 127.0.0.1/32 scram-sha-256\n`);
  await runSingleUser(draft, binaries, account, [
    `CREATE ROLE ${serviceRole} LOGIN CREATEDB PASSWORD '${password}'`,
    `CREATE DATABASE ${serviceRole} OWNER ${serviceRole}`,
  ]);
}

/** Runs statements, which may hold a secret, over standard input of a server that nobody can connect to. */
async function runSingleUser(
  cluster: string,
  binaries: PostgresBinaries,
  account: ServerAccount,
  statements: string[],
): Promise<void> {
  const settings = ['exit_on_error=on', 'log_min_error_statement=panic', 'log_checkpoints=off'].flatMap((setting) => [
    '-c',
    setting,
  ]);
  const input = statements.map((statement) => `${statement}\n`).join('');
  await runToEnd(account, [binaries.postgres, '--single', ...settings, '-D', cluster, 'postgres'], { input });
}

function runToEnd(
  account: ServerAccount,
  command: string[],
  { input = '', signal }: { input?: string; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const [program = '', ...args] = [...account.prefix, ...command];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: serverEnvironment,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'pipe'],
      ...(signal === undefined ? {} : { signal }),
      ...account.identity,
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.stdin.on('error', () => {}); // Where it ended early, its exit code and last words say why.
    child.stdin.end(input);
    let failure: Error | undefined;
    child.on('error', (error) => {
      failure = error;
      if (child.pid === undefined) reject(error);
    });
    child.on('close', (code) => {
      // Given up: not before its end, as it clears its folder away until then.
      if (failure !== undefined) return reject(failure);
      if (code === 0) return resolve();
      reject(new EmbeddedPostgresError(`the embedded PostgreSQL could not be prepared: ${lastComplaint(errors)}`));
    });
  });
}

/** The line of PostgreSQL's messages that says what went wrong. */
export function lastComplaint(messages: string): string {
  const lines = messages.split('\n').filter((line) => line.trim() !== '');
  const complaint = lines.findLast((line) => /\b(FATAL|PANIC|ERROR|error):/.test(line)) ?? lines.at(-1);
  return complaint?.trim() ?? 'it gave no reason';
}

function readPassword(layout: ClusterLayout): string | undefined {
  try {
    return readFileSync(layout.password, 'utf8').trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new EmbeddedPostgresError(`the file ${layout.password} cannot be read`, { cause: error });
  }
}

function createPassword(layout: ClusterLayout): string {
  const password = randomBytes(32).toString('base64url');
  const draft = `${layout.password}.draft`;
  rmSync(draft, { force: true });
  writeFileSync(draft, password, { mode: 0o600, flush: true });
  renameSync(draft, layout.password);
  syncFolder(dirname(layout.password));
  return password;
}

/** Makes a rename survive a power failure. Windows neither needs nor allows it. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
