import { announce, listenFailure } from './announcements.ts';
import { type Command, parseCommandLine } from './command-line.ts';
import { readEnvironment } from './environment.ts';
import { helpText } from './help-text.ts';
import { createInstance, type Instance } from './instance.ts';
import { readManagedConfiguration } from './managed-configuration.ts';
import { createManagedInstance, managedServing } from './managed-instance.ts';
import type { Log } from './observability/log.ts';
import { startLog } from './observability/start-log.ts';
import { drainMs, endOnSignals, endWithParent } from './process-lifetime.ts';
import { serveStdio } from './protocol/stdio-eras.ts';
import { StdioTransport } from './protocol/stdio-transport.ts';
import { isLoopback, type Serving, type ServingOptions, startServing } from './serving.ts';
import { StartError } from './start-error.ts';
import { type ToolLists, toolSettings, unknownTools } from './tool-settings.ts';
import { version } from './version.ts';
import { runWarm } from './warm/run-warm.ts';

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
    case 'warm':
      return runWarm(command);
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
  const instance = createManagedInstance(configuration, log);
  const serving = await serve(instance, { host, port, ...managedServing(configuration) }, log);
  endOnSignals(() => serving.stop(drainMs), log);
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
    throw listenFailure(error, options);
  });
  announce({ event: 'listening', port: serving.port });
  return serving;
}

/** Reads the settings out of the environment, and takes the secrets out of it: nothing in this process reads them there again. */
function takeEnvironment() {
  const settings = readEnvironment(process.env);
  delete process.env.SMARTLEAD_API_KEY;
  delete process.env.MCP_TOKEN;
  return settings;
}
