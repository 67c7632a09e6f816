import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type ServerAccount, serverEnvironment } from './server-account.ts';

/**
 * Becomes the server, after leaving a watcher behind that reads a pipe from our process. While we live and do not write, the watcher
 * sleeps; a line tells it that the server has ended. When the pipe ends without one, we died: the server is asked to shut down fast,
 * then harder, and is gone within five seconds. The watcher is orphaned on purpose (two brackets), as a server that finds a child it
 * does not know would take its end for a crash.
 */
const guardianScript = `
exec 3<&0 </dev/null
( (
  read -r _ <&3 && exit
  for signal in INT 0 0 QUIT KILL; do
    kill -s $signal $$ || exit
    sleep 1
  done
) >/dev/null 2>&1 & )
exec "$@" 3<&-
`;

/** A server process that does not outlive ours. Its process id is the server's own, since the guardian's shell becomes the server. */
export interface GuardedProcess {
  pid: number;
  /** Resolves when it has ended, in words such as `ended with exit code 1`. */
  ended: Promise<string>;
  signal(name: NodeJS.Signals): void;
}

/** Starts a command under the guardian; without a POSIX shell (Windows) unguarded. `onMessage` gets what it writes to standard error. */
export async function startGuarded(
  account: ServerAccount,
  command: string[],
  onMessage: (chunk: Buffer) => void,
): Promise<GuardedProcess> {
  const guarded = existsSync('/bin/sh') ? ['/bin/sh', '-c', guardianScript, 'postgres-guardian'] : [];
  const [program = '', ...args] = [...guarded, ...account.prefix, ...command];
  // A session of its own: Ctrl-C in the terminal must not stop the database before the service has finished its work.
  const child = spawn(program, args, {
    env: serverEnvironment,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
    ...account.identity,
  });
  child.stderr.on('data', onMessage);
  child.stdin.on('error', () => {}); // The watcher may be gone; the server's own end is what counts.
  const ended = whenEnded(child);
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve(child.pid as number));
  });
  return {
    pid,
    ended,
    signal: (name) => {
      child.kill(name);
    },
  };
}

function whenEnded(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      child.stdin?.end('ended\n');
      resolve(signal === null ? `ended with exit code ${code}` : `was killed by ${signal}`);
    });
  });
}
