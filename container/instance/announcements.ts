import { StartError } from './start-error.ts';

/** Says one thing to whoever started this process: a line of JSON on standard output, whose reader may be gone. */
export function announce(line: { event: 'listening' | 'warm'; port: number }): void {
  if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => undefined);
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Why a port could not be opened, for a person who can choose another one. */
export function listenFailure({ code }: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): StartError {
  return new StartError(describe(code, host, port), 1);
}

function describe(code: string | undefined, host: string, port: number): string {
  if (code === 'EADDRINUSE') return `port ${port} on ${host} is in use; choose another with --port`;
  if (code === 'EACCES') return `port ${port} needs rights this user does not have; choose one above 1023 with --port`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${host} is no address of this machine; choose one with --host`;
  return `cannot listen at ${host} port ${port} (${code ?? 'unknown reason'})`;
}
