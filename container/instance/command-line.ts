import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { type Policy, type PolicySwitch, policies, policySwitches, toolNameSchema } from '../../core/policy.ts';
import type { ToolSelectionName } from '../../core/tool-selection.ts';
import { type LogLevel, logLevels } from './observability/log.ts';
import { StartError } from './start-error.ts';
import { parseToolSelection } from './tools/tool-selection-text.ts';

interface ToolOptions {
  toolsets: ToolSelectionName[] | undefined;
  policy: Policy;
  allow: PolicySwitch[];
  /** Names that look like those of tools; whether there are such tools is known once the instance is there. */
  allowedTools: string[] | undefined;
  deniedTools: string[] | undefined;
  logLevel: LogLevel;
}

export type Command =
  | { name: 'help' }
  | { name: 'version' }
  | ({ name: 'stdio' } & ToolOptions)
  | ({ name: 'serve'; host: string; port: number } & ToolOptions)
  | { name: 'serve-managed'; host: string; port: number; logLevel: LogLevel }
  | { name: 'warm'; managed: boolean; host: string; port: number; maxAgeSeconds: number; logLevel: LogLevel };

const toolOptions = {
  tools: { type: 'string' },
  policy: { type: 'string' },
  allow: { type: 'string' },
  'allow-tools': { type: 'string' },
  'deny-tools': { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;
const logOption = { 'log-level': { type: 'string' } } as const satisfies ParseArgsOptionsConfig;
const addressOptions = { port: { type: 'string' }, host: { type: 'string' } } as const satisfies ParseArgsOptionsConfig;

/**
 * Reads the arguments after the program's name.
 * @param usualHost Address to listen at where the command line names none.
 * @throws StartError with exit code 2 and one line that says what is wrong.
 */
export function parseCommandLine(commandLine: readonly string[], usualHost = '127.0.0.1'): Command {
  const [name, ...rest] = commandLine;
  if (commandLine.some((argument) => argument === '--help' || argument === '-h') || name === 'help') return { name: 'help' };
  if (name === '--version' || name === '-v') return { name: 'version' };
  if (name === undefined) throw wrong('say what to run: stdio or serve');
  if (name === 'stdio') {
    return { name, ...readToolOptions(readOptions(rest, { ...toolOptions, ...logOption }), 'warn') };
  }
  if (name === 'warm') return readWarm(rest, usualHost);
  if (name !== 'serve') throw wrong(`there is no command "${name}"; use stdio or serve`);
  if (rest.includes('--managed')) {
    const values = readOptions(rest, { ...addressOptions, ...logOption, managed: { type: 'boolean' } });
    return {
      name: 'serve-managed',
      ...readAddress(values, { host: usualHost, port: 0 }),
      logLevel: readLogLevel(values['log-level'], 'info'),
    };
  }
  const values = readOptions(rest, { ...addressOptions, ...toolOptions, ...logOption });
  return { name, ...readAddress(values, { host: usualHost, port: 3000 }), ...readToolOptions(values, 'info') };
}

/** A day: what is older may miss what its surroundings have become. */
const usualMaxAgeSeconds = 86_400;
/** Longer than a timer of Node.js can be set to it would end at once. */
const longestMaxAgeSeconds = 2_000_000;

function readWarm(rest: readonly string[], host: string): Command {
  const options = { ...addressOptions, ...logOption, managed: { type: 'boolean' }, 'max-age': { type: 'string' } } as const;
  const values = readOptions(rest, options);
  const managed = values.managed === true;
  const maxAge = String(values['max-age'] ?? usualMaxAgeSeconds);
  const maxAgeSeconds = /^\d{1,7}$/.test(maxAge) ? Number(maxAge) : 0;
  if (maxAgeSeconds < 1 || maxAgeSeconds > longestMaxAgeSeconds) {
    throw wrong(`--max-age must be a number of seconds from 1 to ${longestMaxAgeSeconds}`);
  }
  return {
    name: 'warm',
    managed,
    ...readAddress(values, { host, port: managed ? 0 : 3000 }),
    maxAgeSeconds,
    logLevel: readLogLevel(values['log-level'], 'info'),
  };
}

type Values = Record<string, string | boolean | undefined>;

function readOptions(commandLine: readonly string[], options: ParseArgsOptionsConfig): Values {
  try {
    return parseArgs({ args: [...commandLine], options, strict: true, allowPositionals: false }).values as Values;
  } catch (error) {
    // The first sentence says what is wrong; the rest is advice for other programs.
    throw wrong((error as Error).message.split(/\. |\n/, 1)[0] as string);
  }
}

function readAddress({ host, port }: Values, usual: { host: string; port: number }): { host: string; port: number } {
  const number = port === undefined ? usual.port : /^\d{1,5}$/.test(String(port)) ? Number(port) : Number.NaN;
  if (!(number <= 65_535)) throw wrong('--port must be a number from 0 to 65535');
  if (host === '') throw wrong('--host must be an address such as 127.0.0.1');
  return { host: String(host ?? usual.host), port: number };
}

function readToolOptions(values: Values, usualLogLevel: LogLevel): ToolOptions {
  return {
    toolsets: readTools(values.tools),
    policy: oneOf('--policy', policies, values.policy ?? 'read-only'),
    allow:
      values.allow === undefined
        ? []
        : String(values.allow)
            .split(',')
            .map((text) => oneOf('--allow', policySwitches, text.trim())),
    allowedTools: readToolNames('--allow-tools', values['allow-tools']),
    deniedTools: readToolNames('--deny-tools', values['deny-tools']),
    logLevel: readLogLevel(values['log-level'], usualLogLevel),
  };
}

function readTools(text: string | boolean | undefined): ToolSelectionName[] | undefined {
  try {
    return parseToolSelection(text === undefined ? 'full' : String(text));
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

function readToolNames(option: string, text: string | boolean | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const names = String(text)
    .split(',')
    .map((name) => name.trim());
  const wrongName = names.find((name) => !toolNameSchema.safeParse(name).success);
  if (wrongName !== undefined) {
    throw wrong(`${option} takes names of tools separated by commas, such as campaigns_get_all, not "${wrongName}"`);
  }
  return [...new Set(names)];
}

function readLogLevel(text: string | boolean | undefined, usual: LogLevel): LogLevel {
  return oneOf('--log-level', logLevels, text ?? usual);
}

function oneOf<T extends string>(option: string, allowed: readonly T[], text: string | boolean): T {
  const found = allowed.find((candidate) => candidate === text);
  if (found === undefined) throw wrong(`${option} does not know "${text}"; use ${allowed.join(', ')}`);
  return found;
}

function wrong(message: string): StartError {
  return new StartError(`${message} (--help shows all)`, 2);
}
