import { execFile } from 'node:child_process';
import { chmodSync, chownSync, existsSync, lchownSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './errors.ts';

const run = promisify(execFile);

/** The account PostgreSQL's programs run under. It refuses to run as root, so root has to hand it another one. */
export interface ServerAccount {
  /** Put before the program and its arguments. */
  prefix: string[];
  /** User and group to start the process as; only where they differ from ours. */
  identity: { uid: number; gid: number } | undefined;
}

/** What PostgreSQL's programs see of our environment: nothing but where the shell finds its tools, and a fixed locale. */
export const serverEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };

/**
 * Chooses the account. As root, a user namespace in which our files belong to an ordinary user comes first: it needs no change of
 * owner and works below folders that only root may enter. Where the system forbids namespaces, the user `postgres` or `nobody`.
 */
export async function chooseServerAccount(postgres: string): Promise<ServerAccount> {
  if (process.getuid?.() !== 0) return { prefix: [], identity: undefined };
  const unshare = ['/usr/bin/unshare', '/bin/unshare'].find((path) => existsSync(path));
  if (unshare !== undefined) {
    const prefix = [unshare, '--user', '--map-user=1', '--map-group=1', '--'];
    if (await runs([...prefix, postgres, '--version'])) return { prefix, identity: undefined };
  }
  const identity = findUnprivilegedUser();
  if (identity === undefined) {
    throw new EmbeddedPostgresError(
      'PostgreSQL does not run as root here, and there is no user "postgres" or "nobody" to run it as',
    );
  }
  if (!(await runs([postgres, '--version'], identity))) {
    throw new EmbeddedPostgresError(
      `PostgreSQL does not run as root, and user ${identity.uid} may not run ${postgres}; start the service as an ordinary user`,
    );
  }
  return { prefix: [], identity };
}

/** Lets the server reach its folders: they belong to its account, and the data folder above may be entered, though not listed. */
export function giveToServer(account: ServerAccount, dataDir: string, folders: string[]): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = account.identity ?? { uid: 0, gid: 0 };
  if (account.identity !== undefined) chmodSync(dataDir, statSync(dataDir).mode | 0o011);
  for (const folder of folders) if (existsSync(folder) && statSync(folder).uid !== uid) changeOwner(folder, uid, gid);
}

function changeOwner(folder: string, uid: number, gid: number): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) changeOwner(path, uid, gid);
    else lchownSync(path, uid, gid);
  }
  // Last, so that a crash in between is seen by the owner of the top folder and repeated.
  chownSync(folder, uid, gid);
}

async function runs([command = '', ...args]: string[], identity?: { uid: number; gid: number }): Promise<boolean> {
  try {
    await run(command, args, { env: serverEnvironment, cwd: '/', ...identity });
    return true;
  } catch {
    return false;
  }
}

function findUnprivilegedUser(): { uid: number; gid: number } | undefined {
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const fields = accounts.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  return undefined;
}
