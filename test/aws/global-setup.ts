import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Base URL of the AWS emulator that all tests share; `null` where none is installed. */
    awsEndpoint: string | null;
  }
}

const serverPath = process.env.MOTO_SERVER ?? fileURLToPath(new URL('../../.aws-emulator/bin/moto_server', import.meta.url));

/** Starts one emulator of AWS for the whole run, at a port that the system chooses. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!existsSync(serverPath)) {
    project.provide('awsEndpoint', null);
    return undefined;
  }
  const server = spawn(serverPath, ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const lines = createInterface({ input: server.stderr });
  for await (const line of lines) {
    const address = /Running on (http:\/\/\S+)/.exec(line)?.[1];
    if (address === undefined) continue;
    project.provide('awsEndpoint', address);
    break;
  }
  server.stderr.resume();
  return async () => {
    if (server.exitCode !== null) return;
    server.kill();
    await once(server, 'exit');
  };
}
