import type { InstanceConfiguration } from '../../core/instance-configuration.ts';
import { type Command, parseCommandLine } from './command-line.ts';
import { readEnvironment } from './environment.ts';
import { helpText } from './help-text.ts';
import { createInstance, type Instance, type InstanceSettings } from './instance.ts';
import { readManagedConfiguration } from './managed-configuration.ts';
import { createLog, type Log, type LogLevel } from './observability/log.ts';
import { endOnSignals, endWithParent, logFaults } from './process-lifetime.ts';
import { serveStdio } from './protocol/stdio-eras.ts';
import { StdioTransport } from './protocol/stdio-transport.ts';
import { isLoopback, type Serving, type ServingOptions, startServing } from './serving.ts';
import { StartError } from './start-error.ts';
import { version } from './version.ts';

const drainMs = 9_000;

/** Runs what the command line asks for. Sets the exit code and says one line on standard error where it cannot. */
export async function runCommand(commandLine: readonly string[]): Promise<void> {
  try {
    await run(parseCommandLine(commandLine, process.env.MCP_HOST?.trim() || undefined));
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(`smartlead-mcp: ${error.message}\n`);
    process.exitCode = error.exitCode;
    // A launcher may hold standard input open; it must not keep a process alive that has nothing to do.
    process.stdin.unref?.();
  }
}

async function run(command: Command): Promise<void> {
  switch (command.name) {
    case 'help':
      process.stdout.write(helpText);
      return;
    case 'version':
      process.stdout.write(`${version}\n`);
      return;
    case 'stdio':
      return runStdio(command);
    case 'serve':
      return runServe(command);
    case 'serve-managed':
      return runManaged(command);
  }
}

async function runStdio({ logLevel, ...options }: Command & { name: 'stdio' }): Promise<void> {
  const { token: _, ...environment } = takeEnvironment();
  const log = startLog(logLevel);
  const instance = createInstance({ ...environment, ...toolSettings(options) }, log);
  refuseUnknownTools(instance, options);
  const transport = new StdioTransport(process.stdin, process.stdout);
  const serving = serveStdio(transport, {
    connectOlder: (channel) => instance.createServer().connect(channel),
    async connectModern(channel) {
      const { connectModernStdio } = await import('./protocol/modern/modern-stdio.ts');
      return connectModernStdio(channel, instance.features, log);
    },
    onFault(error) {
      const kind = error instanceof Error ? error.name : typeof error;
      log.write({ level: 'error', message: `A protocol revision could not be served: ${kind}` });
    },
  });
  const end = async () => {
    await (await serving).stop(drainMs);
    log.flush();
    // Standard output may be a pipe with a slow reader: what was written must leave before the process does.
    process.stdout.write('', () => process.exit(0));
  };
  process.stdin.once('end', end);
  process.stdin.once('error', (error) => {
    log.write({ level: 'error', message: `Standard input failed: ${error.message}` });
    void end();
  });
  process.stdout.on('error', () => process.exit(0));
  endOnSignals(end, log);
  await serving;
}

async function runServe({ logLevel, host, port, ...options }: Command & { name: 'serve' }): Promise<void> {
  const { token, ...settings } = takeEnvironment();
  const log = startLog(logLevel);
  const instance = createInstance({ ...settings, ...toolSettings(options) }, log);
  refuseUnknownTools(instance, options);
  const serving = await serve(instance, { host, port, mode: 'both', ...(token === undefined ? {} : { token }) }, log);
  endOnSignals(() => serving.stop(drainMs), log);
  endWithParent(() => serving.stop(drainMs), log);
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${serving.port}`;
  log.write({ level: 'info', message: `Listening at ${address}/mcp (Streamable HTTP) and ${address}/sse (HTTP+SSE)` });
  if (token === undefined && !isLoopback(host)) {
    log.write({ level: 'warn', message: 'No MCP_TOKEN is set: whoever can reach this port can use your Smartlead account' });
  }
}

async function runManaged({ logLevel, host, port }: Command & { name: 'serve-managed' }): Promise<void> {
  const configuration = await readManagedConfiguration(process.stdin);
  const log = startLog(logLevel);
  // The launcher holds the other end of this pipe. Its end means that nobody is left to serve.
  process.stdin.once('close', () => process.exit(0));
  const { smartleadApiKey, smartleadHosts, rateLimit, processes, mode, accessToken, argumentLogUntil } = configuration;
  const instance = createInstance(
    {
      smartleadApiKey,
      smartleadHosts,
      ...toolSettings(configuration),
      ...(rateLimit === undefined ? {} : { rateLimit }),
      ...(processes === undefined ? {} : { processes }),
      ...(argumentLogUntil === undefined ? {} : { argumentLogUntil }),
    },
    log,
  );
  // Settings may be older than this version and name a tool that is gone; that must not keep a customer's instance from starting.
  for (const name of unknownTools(instance, configuration)) {
    log.write({ level: 'warn', message: `The settings name a tool that does not exist: ${name}` });
  }
  const serving = await serve(instance, { host, port, mode, token: accessToken, behindRouter: true }, log);
  endOnSignals(() => serving.stop(drainMs), log);
}

/** The part of the settings that says which tools there are and what they may do, from a command line or a launcher. */
function toolSettings({
  toolsets,
  policy,
  allow = [],
  allowedTools,
  deniedTools,
}: Pick<InstanceConfiguration, 'toolsets' | 'policy' | 'allow' | 'allowedTools' | 'deniedTools'>): Pick<
  InstanceSettings,
  'toolsets' | 'policy'
> {
  return {
    ...(toolsets === undefined ? {} : { toolsets }),
    policy: {
      policy,
      allow,
      ...(allowedTools === undefined ? {} : { allowedTools }),
      ...(deniedTools === undefined ? {} : { deniedTools }),
    },
  };
}

type ToolLists = Pick<InstanceConfiguration, 'allowedTools' | 'deniedTools'>;

/** Names in the lists of tools that no tool has. */
function unknownTools(instance: Instance, { allowedTools = [], deniedTools = [] }: ToolLists): string[] {
  return [...allowedTools, ...deniedTools].filter((name) => !instance.knowsTool(name));
}

/** A slip in a name would forbid nothing, or everything, without a word. @throws StartError */
function refuseUnknownTools(instance: Instance, lists: ToolLists): void {
  const [unknown] = unknownTools(instance, lists);
  if (unknown === undefined) return;
  const option = lists.allowedTools?.includes(unknown) === true ? '--allow-tools' : '--deny-tools';
  throw new StartError(`${option} names ${unknown}, which is no tool; tools are named as in tools/list`, 2);
}

/** Opens the doors and says so on standard output: one line for whoever started this process. */
async function serve(instance: Instance, options: ServingOptions, log: Log): Promise<Serving> {
  const serving = await startServing(instance, options, log).catch((error: NodeJS.ErrnoException) => {
    throw new StartError(listenFailure(error, options), 1);
  });
  process.stdout.on('error', () => undefined);
  process.stdout.write(`${JSON.stringify({ event: 'listening', port: serving.port })}\n`);
  return serving;
}

function listenFailure({ code }: NodeJS.ErrnoException, { host, port }: ServingOptions): string {
  if (code === 'EADDRINUSE') return `port ${port} on ${host} is in use; choose another with --port`;
  if (code === 'EACCES') return `port ${port} needs rights this user does not have; choose one above 1023 with --port`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${host} is no address of this machine; choose one with --host`;
  return `cannot listen at ${host} port ${port} (${code ?? 'unknown reason'})`;
}

/** Reads the settings out of the environment, and takes the secrets out of it: nothing in this process reads them there again. */
function takeEnvironment() {
  const settings = readEnvironment(process.env);
  delete process.env.SMARTLEAD_API_KEY;
  delete process.env.MCP_TOKEN;
  return settings;
}

function startLog(level: LogLevel): Log {
  const log = createLog(process.stderr, level);
  logFaults(log);
  return log;
}
