import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { createBearerToken } from '../../../core/bearer-token.ts';
import { createIdentifier } from '../../../core/identifiers.ts';
import { serviceFlags } from '../../../scripts/service-runtime.mjs';
import { freePort } from '../../free-port.ts';
import type { LoadResult } from '../measure.ts';
import { instanceProgram, root, startNode } from '../programs.ts';
import type { LoadReport, LoadTask } from './load-generator.ts';
import type { RouterTask } from './router-program.ts';
import type { HolderReport, HolderTask } from './stream-holder.ts';
import { startWorker } from './worker.ts';

const here = join(root, 'test/bench/router');
/** The flags a launcher starts an instance with (functions/adapters/child-process), for size `small`. */
const launcherFlags = [
  '--permission',
  '--disable-sigusr1',
  `--allow-fs-read=${dirname(instanceProgram)}`,
  '--max-old-space-size=128',
  '--max-semi-space-size=4',
];
const haproxyProgram = ['/usr/sbin/haproxy', '/usr/local/sbin/haproxy', '/usr/bin/haproxy'].find((path) => existsSync(path));

/** Something that listens at a port of loopback. */
export interface Listening {
  pid: number;
  port: number;
  stop(): Promise<void>;
}

/** An instance as the platform starts it, and what the router must know of it. */
export interface ManagedInstance extends Listening {
  instanceId: string;
  workspaceId: string;
  address: string;
  accessToken: string;
  token: string;
  tokenId: string;
}

/** What stays when the process of an instance is another one. */
export type InstanceIdentity = Pick<ManagedInstance, 'instanceId' | 'workspaceId' | 'token' | 'tokenId'>;

const newIdentity = (): InstanceIdentity => ({
  instanceId: createIdentifier('instance'),
  workspaceId: createIdentifier('workspace'),
  token: createBearerToken('instance'),
  tokenId: createIdentifier('token'),
});

/** Starts a process of an instance as a launcher does, in front of the Smartlead at the address. */
export async function startManagedInstance(smartleadUrl: string, identity = newIdentity()): Promise<ManagedInstance> {
  const accessToken = `internal-${createIdentifier('token')}`;
  const hosts = { core: smartleadUrl, prospect: smartleadUrl, delivery: smartleadUrl, senders: smartleadUrl };
  const configuration = {
    instanceId: identity.instanceId,
    mode: 'both',
    policy: 'read-only',
    smartleadApiKey: 'demo-bench',
    accessToken,
    smartleadHosts: hosts,
    rateLimit: 'off',
  };
  const command = [...launcherFlags, instanceProgram, 'serve', '--managed', '--log-level', 'warn'];
  const { process: child, match, stop } = await startNode(command, {}, /"port":(\d+)/, `${JSON.stringify(configuration)}\n`);
  const port = Number(match?.[1]);
  const { instanceId, workspaceId, token, tokenId } = identity;
  // The identity may be a former process of the instance, whose process id and port are not those of this one.
  return {
    pid: child.pid as number,
    port,
    stop,
    instanceId,
    workspaceId,
    token,
    tokenId,
    address: `http://127.0.0.1:${port}`,
    accessToken,
  };
}

/** Starts the bare forwarder in front of an address. */
export async function startForwarder(address: string): Promise<Listening> {
  const { process: child, match, stop } = await startNode([join(here, 'forwarder.ts'), address], {}, /"port":(\d+)/);
  return { pid: child.pid as number, port: Number(match?.[1]), stop };
}

/** Starts HAProxy, where it is installed, in front of a port of loopback. */
export async function startHaproxy(targetPort: number): Promise<Listening | undefined> {
  if (haproxyProgram === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'bench-haproxy-'));
  const port = await freePort();
  const settings = [
    'global',
    '  nbthread 1',
    '  maxconn 8000',
    'defaults',
    '  mode http',
    '  timeout connect 5s',
    '  timeout client 300s',
    '  timeout server 300s',
    '  http-reuse always',
    'frontend clients',
    `  bind 127.0.0.1:${port}`,
    '  default_backend instance',
    'backend instance',
    `  server instance 127.0.0.1:${targetPort}`,
    '',
  ];
  const file = join(folder, 'haproxy.cfg');
  await writeFile(file, settings.join('\n'));
  const child = spawn(haproxyProgram, ['-db', '-q', '-f', file], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  return {
    pid: child.pid as number,
    port,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

export interface RouterMemory {
  heapMebibytes: number;
  rssMebibytes: number;
}

/** The router in a process of its own. */
export interface RunningRouter extends Listening {
  /** After garbage was collected. */
  memory(): Promise<RouterMemory>;
}

const mebibyte = 1024 * 1024;

/** Starts the router as the service runs it. @param flags Options of Node, such as those of its profiler. */
export async function startRouter(task: RouterTask, flags: string[] = []): Promise<RunningRouter> {
  const command = [...serviceFlags, ...flags, join(here, 'router-program.ts')];
  const program = await startNode(command, {}, /"port":(\d+)/, `${JSON.stringify(task)}\n`);
  const { process: child, match, stop } = program;
  if (child.stdout === null) throw new Error('the router has no output');
  const lines = createInterface({ input: child.stdout });
  return {
    pid: child.pid as number,
    port: Number(match?.[1]),
    stop,
    async memory() {
      child.stdin?.write('memory\n');
      const [line] = (await once(lines, 'line')) as [string];
      const { memory } = JSON.parse(line) as { memory: { heapUsed: number; external: number; rss: number } };
      return { heapMebibytes: (memory.heapUsed + memory.external) / mebibyte, rssMebibytes: memory.rss / mebibyte };
    },
  };
}

/** The process that makes the calls. */
export interface LoadGenerator {
  run(task: LoadTask): Promise<LoadResult>;
  stop(): Promise<void>;
}

export function startLoadGenerator(): LoadGenerator {
  const worker = startWorker<LoadTask, LoadReport>('load-generator.ts');
  return {
    async run(task) {
      const report = await worker.run(task);
      if ('failure' in report) throw new Error(report.failure);
      return report.result;
    },
    stop: () => worker.stop(),
  };
}

/** A process that holds streams; its clients have a low priority, see {@link startWorker}. */
export const startStreamHolder = () => startWorker<HolderTask, HolderReport>('stream-holder.ts', { priority: 10 });
