import { dirname, join } from 'node:path';
import { instanceProgram, root, startNode, supergatewayProgram } from '../programs.ts';

const here = join(root, 'test/bench/instance');
/** The flags a launcher starts an instance with (functions/adapters/child-process), for size `small`. */
const launcherFlags = [
  '--permission',
  '--disable-sigusr1',
  `--allow-fs-read=${dirname(instanceProgram)}`,
  '--max-old-space-size=128',
  '--max-semi-space-size=4',
];
const everything = ['--policy', 'full', '--allow', 'send,destroy,spend,secrets', '--log-level', 'warn'];
const collector = join(here, 'collect-garbage-on-signal.cjs');

/** Something that is measured. */
export interface Subject {
  name: string;
  /** Command line of Node that makes it listen at a port of loopback. */
  program(port: number): string[];
}

const serve = (port: number) => [instanceProgram, 'serve', '--port', String(port), ...everything];
const supergateway = (stdio: string, port: number, more: string[] = []) => [
  supergatewayProgram,
  '--stdio',
  stdio,
  '--port',
  String(port),
  '--logLevel',
  'none',
  ...more,
];
const ownStdio = [process.execPath, ...launcherFlags, instanceProgram, 'stdio', ...everything].join(' ');
const plainStdio = `${process.execPath} ${join(here, 'plain-stdio-server.mjs')}`;

export const bareServer: Subject = {
  name: 'bare node:http',
  program: (port) => [join(root, 'test/bench/bare-server.mjs'), String(port)],
};

export const instance: Subject = { name: 'instance', program: (port) => [...launcherFlags, ...serve(port)] };

/** The instance, able to collect its garbage when told to. */
export const collectingInstance: Subject = {
  name: 'instance',
  program: (port) => [...launcherFlags, `--allow-fs-read=${here}`, '--require', collector, ...serve(port)],
};

export const supergatewayOverInstance: Subject = {
  name: 'supergateway over our stdio',
  program: (port) => supergateway(ownStdio, port),
};

export const supergatewayOverPlain: Subject = {
  name: 'supergateway over a plain SDK server',
  program: (port) => supergateway(plainStdio, port),
};

/** supergateway's Streamable HTTP with sessions, which starts a stdio server for each of them. */
export const statefulSupergateway: Subject = {
  name: 'supergateway over a plain SDK server, stateful',
  program: (port) => supergateway(plainStdio, port, ['--outputTransport', 'streamableHttp', '--stateful']),
};

export interface RunningSubject {
  pid: number;
  port: number;
  stop(): Promise<void>;
}

/** Starts a subject. It may not listen yet. */
export async function start(subject: Subject, port: number, environment: Record<string, string>): Promise<RunningSubject> {
  const { process: child, stop } = await startNode(subject.program(port), environment);
  if (child.pid === undefined) throw new Error(`${subject.name} did not start`);
  // Nobody reads what it prints, and a full pipe would stop it.
  child.stdout?.resume();
  child.stderr?.resume();
  return { pid: child.pid, port, stop };
}

/** Starts the Smartlead that answers at once. @returns the environment that points a subject at it. */
export async function startUpstream(): Promise<{ environment: Record<string, string>; stop(): Promise<void> }> {
  const stub = await startNode([join(here, 'instant-smartlead.mjs')], {}, /"port":(\d+)/);
  const url = `http://127.0.0.1:${stub.match?.[1]}`;
  const environment = {
    SMARTLEAD_API_KEY: 'demo-bench',
    SMARTLEAD_CORE_URL: url,
    SMARTLEAD_PROSPECT_URL: url,
    SMARTLEAD_DELIVERY_URL: url,
    SMARTLEAD_SENDERS_URL: url,
    SMARTLEAD_RATE_LIMIT: 'off',
  };
  return { environment, stop: stub.stop };
}
