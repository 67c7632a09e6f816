import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { type Policy, policies, type Toolset } from '../../core/tool-selection.ts';
import { type LogLevel, logLevels } from './observability/log.ts';
import { StartError } from './start-error.ts';
import { parseToolSelection } from './tools/tool-selection-text.ts';

/** Switches of `--allow`: what goes beyond a policy. */
export const allowances = ['send', 'destroy', 'spend', 'secrets'] as const;
export type Allowance = (typeof allowances)[number];

interface ToolOptions {
  toolsets: Toolset[] | undefined;
  policy: Policy;
  allow: Allowance[];
  logLevel: LogLevel;
}

export type Command =
  | { name: 'help' }
  | { name: 'version' }
  | ({ name: 'stdio' } & ToolOptions)
  | ({ name: 'serve'; host: string; port: number } & ToolOptions)
  | { name: 'serve-managed'; host: string; port: number; logLevel: LogLevel };

const toolOptions = {
  tools: { type: 'string' },
  policy: { type: 'string' },
  allow: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;
const logOption = { 'log-level': { type: 'string' } } as const satisfies ParseArgsOptionsConfig;
const addressOptions = { port: { type: 'string' }, host: { type: 'string' } } as const satisfies ParseArgsOptionsConfig;

/**
 * Reads the arguments after the program's name.
 * @throws StartError with exit code 2 and one line that says what is wrong.
 */
export function parseCommandLine(commandLine: readonly string[]): Command {
  const [name, ...rest] = commandLine;
  if (commandLine.some((argument) => argument === '--help' || argument === '-h') || name === 'help') return { name: 'help' };
  if (name === '--version' || name === '-v') return { name: 'version' };
  if (name === undefined) throw wrong('say what to run: stdio or serve');
  if (name === 'stdio') {
    return { name, ...readToolOptions(readOptions(rest, { ...toolOptions, ...logOption }), 'warn') };
  }
  if (name !== 'serve') throw wrong(`there is no command "${name}"; use stdio or serve`);
  if (rest.includes('--managed')) {
    const values = readOptions(rest, { ...addressOptions, ...logOption, managed: { type: 'boolean' } });
    return { name: 'serve-managed', ...readAddress(values, 0), logLevel: readLogLevel(values['log-level'], 'info') };
  }
  const values = readOptions(rest, { ...addressOptions, ...toolOptions, ...logOption });
  return { name, ...readAddress(values, 3000), ...readToolOptions(values, 'info') };
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

function readAddress({ host = '127.0.0.1', port }: Values, defaultPort: number): { host: string; port: number } {
  const number = port === undefined ? defaultPort : /^\d{1,5}$/.test(String(port)) ? Number(port) : Number.NaN;
  if (!(number <= 65_535)) throw wrong('--port must be a number from 0 to 65535');
  if (host === '') throw wrong('--host must be an address such as 127.0.0.1');
  return { host: String(host), port: number };
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
            .map((text) => oneOf('--allow', allowances, text.trim())),
    logLevel: readLogLevel(values['log-level'], usualLogLevel),
  };
}

function readTools(text: string | boolean | undefined): Toolset[] | undefined {
  try {
    return parseToolSelection(text === undefined ? 'full' : String(text));
  } catch (error) {
    throw wrong((error as Error).message);
  }
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
