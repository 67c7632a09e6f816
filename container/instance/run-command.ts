import { type Command, parseCommandLine } from './command-line.ts';
import { readEnvironment } from './environment.ts';
import { helpText } from './help-text.ts';
import { createInstance, type InstanceSettings } from './instance.ts';
import { readManagedConfiguration } from './managed-configuration.ts';
import { createLog, type Log, type LogLevel } from './observability/log.ts';
import { endOnSignals, endWithParent, logFaults } from './process-lifetime.ts';
import { StdioTransport } from './protocol/stdio-transport.ts';
import { isLoopback, type Serving, type ServingOptions, startServing } from './serving.ts';
import { StartError } from './start-error.ts';
import { version } from './version.ts';

const drainMs = 9_000;

/** Runs what the command line asks for. Sets the exit code and says one line on standard error where it cannot. */
export async function runCommand(commandLine: readonly string[]): Promise<void> {
  try {
    await run(parseCommandLine(commandLine));
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

async function runStdio({ toolsets, logLevel }: Command & { name: 'stdio' }): Promise<void> {
  const environment = takeEnvironment();
  const log = startLog(logLevel);
  const instance = createInstance({ ...environment, ...(toolsets === undefined ? {} : { toolsets }) }, log);
  const transport = new StdioTransport(process.stdin, process.stdout);
  const end = async () => {
    await transport.drain(drainMs);
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
  await instance.createServer().connect(transport);
}

async function runServe({ toolsets, logLevel, host, port }: Command & { name: 'serve' }): Promise<void> {
  const { token, ...settings } = takeEnvironment();
  const log = startLog(logLevel);
  const serving = await serve(
    { ...settings, ...(toolsets === undefined ? {} : { toolsets }) },
    { host, port, mode: 'both', ...(token === undefined ? {} : { token }) },
    log,
  );
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
  const { smartleadApiKey, smartleadHosts, toolsets, rateLimit, mode, accessToken } = configuration;
  const serving = await serve(
    {
      smartleadApiKey,
      smartleadHosts,
      ...(toolsets === undefined ? {} : { toolsets }),
      ...(rateLimit === undefined ? {} : { rateLimit }),
    },
    { host, port, mode, token: accessToken },
    log,
  );
  endOnSignals(() => serving.stop(drainMs), log);
}

/** Opens the doors and says so on standard output: one line for whoever started this process. */
async function serve(settings: InstanceSettings, options: ServingOptions, log: Log): Promise<Serving> {
  const serving = await startServing(createInstance(settings, log), options, log).catch((error: NodeJS.ErrnoException) => {
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
