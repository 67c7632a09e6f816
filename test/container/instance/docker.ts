import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Why no image can be built and run here, or undefined where a Docker daemon answers. */
export async function whyNoDocker(): Promise<string | undefined> {
  try {
    const { stdout } = await run('docker', ['version', '--format', '{{.Server.Os}}'], { timeout: 20_000 });
    return stdout.trim() === 'linux' ? undefined : 'the Docker daemon runs no Linux containers';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no docker command' : 'no Docker daemon answers';
  }
}

/** Runs a docker command to its end. @returns its standard output without the last line break. */
export async function docker(...commandLine: string[]): Promise<string> {
  return (await run('docker', commandLine, { timeout: 240_000, maxBuffer: 32 * 1024 * 1024 })).stdout.trim();
}

/** Images that no tag names, such as the earlier stages of a build. */
export async function danglingImages(): Promise<Set<string>> {
  return new Set((await docker('images', '--quiet', '--no-trunc', '--filter', 'dangling=true')).split('\n').filter(Boolean));
}

/** Runs a container in the foreground, with its standard input and output in our hands. */
export function dockerInteractive(...commandLine: string[]): ChildProcessByStdio<Writable, Readable, null> {
  return spawn('docker', commandLine, { stdio: ['pipe', 'pipe', 'ignore'] });
}
