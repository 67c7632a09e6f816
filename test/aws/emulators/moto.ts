import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type RunningEmulator, startProgram, stopProgram } from './emulator-process.ts';
import { emulatorFolder } from './install.ts';

/** Starts moto's server at a port that the system chooses. */
export async function startMoto(): Promise<RunningEmulator> {
  const program = startProgram(join(emulatorFolder, 'bin', 'moto_server'), ['-H', '127.0.0.1', '-p', '0'], {});
  if (program.stderr === null) throw new Error('the output of moto is not read');
  const lines = createInterface({ input: program.stderr });
  for await (const line of lines) {
    const endpoint = /Running on (http:\/\/\S+)/.exec(line)?.[1];
    if (endpoint === undefined) continue;
    program.stderr.resume();
    return { endpoint, stop: () => stopProgram(program) };
  }
  throw new Error('moto ended before it listened');
}
