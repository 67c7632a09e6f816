import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runCommandLine } from '../../selfhost/command-line.ts';
import type { StopSignals } from '../../selfhost/stop-signals.ts';

let out: string;
let error: string;
let code: unknown;
beforeEach(() => {
  [out, error, code] = ['', '', undefined];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    error += String(text);
    return true;
  });
  vi.spyOn(process, 'exit').mockImplementation((given) => {
    code = given;
    return undefined as never;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** None of these commands gets so far that it could be stopped. */
const noSignals: StopSignals = { signal: new AbortController().signal, isHurried: false };

it.each([[['--help']], [['start', '--help']], [[]]])('%s explains the commands', async (commandLine) => {
  await runCommandLine(commandLine, noSignals);
  expect({ code, error }).toEqual({ code: 0, error: '' });
  expect(out).toContain('smartlead-service start [--demo]');
  expect(out).toContain('smartlead-service audit [--json] [--demo]');
});

it.each([
  [['sing'], 1],
  [['audit', '--sing'], 2],
])('%s is refused, and says where help is', async (commandLine, expected) => {
  await runCommandLine(commandLine, noSignals);
  expect({ code, out }).toEqual({ code: expected, out: '' });
  expect(error).toMatch(/unknown (command|argument) "(--)?sing"; see smartlead-service --help\n$/);
});
