import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../free-port.ts';
import { type RunningEmulator, startProgram, stopProgram } from './emulator-process.ts';
import { emulatorFolder } from './install.ts';

const program = fileURLToPath(new URL('ministack_main.py', import.meta.url));
const packages = fileURLToPath(new URL('../../../node_modules', import.meta.url));

export const emulatedAccount = '123456789012';

const patienceMs = 60_000;

/**
 * Starts MiniStack, which takes whole CloudFormation stacks and runs Lambda functions as Node processes.
 * @param environment Settings of MiniStack beyond those here, such as `AUTH: 'true'` to have signatures and policies checked.
 */
export async function startMiniStack(environment: Record<string, string> = {}): Promise<RunningEmulator> {
  const folder = await mkdtemp(join(tmpdir(), 'smartlead-mcp-ministack-'));
  await provideSdk(folder);
  // It cannot be told to take any port.
  const port = await freePort();
  const emulator = startProgram(join(emulatorFolder, 'bin', 'python'), [program], {
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    // It would listen for devices, too, at a fixed port.
    IOT_MTLS_ENABLED: '0',
    MINISTACK_ACCOUNT_ID: emulatedAccount,
    // A daemon of this machine would be asked to pull and run the images of tasks and functions; here it is the same everywhere.
    DOCKER_HOST: 'tcp://127.0.0.1:1',
    TMPDIR: folder,
    PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
    ...environment,
  });
  emulator.stderr?.resume();
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await stopProgram(emulator);
    await rm(folder, { recursive: true, force: true, maxRetries: 20 });
  };
  const deadline = performance.now() + patienceMs;
  while (emulator.exitCode === null && performance.now() < deadline) {
    const isReady = await fetch(`${endpoint}/_ministack/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return { endpoint, stop };
    await pause(100);
  }
  await stop();
  throw new Error('MiniStack did not start');
}

/** Lambda's images carry the AWS SDK. Functions that run here lie below this folder, and find the project's. */
async function provideSdk(folder: string): Promise<void> {
  await mkdir(join(folder, 'node_modules'));
  for (const scope of ['@aws-sdk', '@smithy']) await symlink(join(packages, scope), join(folder, 'node_modules', scope));
}
