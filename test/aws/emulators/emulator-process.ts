import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** An emulator that runs as a process of its own. */
export interface RunningEmulator {
  /** Base URL for all services. */
  endpoint: string;
  stop(): Promise<void>;
}

/** Starts a program that is ended with this process, whatever happens. */
export function startProgram(command: string, parameters: string[], environment: Record<string, string>): ChildProcess {
  const program = spawn(command, parameters, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PYTHONUNBUFFERED: '1', ...environment },
  });
  const end = () => program.kill('SIGKILL');
  process.once('exit', end);
  program.once('exit', () => process.off('exit', end));
  return program;
}

/** Ends it, by force where it does not go within five seconds. */
export async function stopProgram(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const ended = once(program, 'exit');
  program.kill();
  const force = setTimeout(() => program.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(force);
}
