import { afterAll, beforeAll, expect, vi } from 'vitest';

/**
 * Runs with every file that shares its process with others. What a file changes of the process would be there for those after it, so
 * that they pass or fail by the order of files: the file that does it fails here.
 */
let environment: NodeJS.ProcessEnv;
let folder: string;

beforeAll(() => {
  environment = { ...process.env };
  folder = process.cwd();
});
afterAll(() => {
  expect(leftBehind(), 'what this file leaves behind for those that share its process').toEqual([]);
});

/** What is no more as it was, by names alone: values of the environment can be secret. */
function leftBehind(): string[] {
  const names = Object.keys({ ...environment, ...process.env });
  const replaceable = { fetch, write: process.stdout.write, writeError: process.stderr.write, exit: process.exit };
  return [
    ...names.filter((name) => process.env[name] !== environment[name]).map((name) => `the environment variable ${name}`),
    ...(process.cwd() === folder ? [] : ['another working folder']),
    ...(vi.isFakeTimers() ? ['fake timers'] : []),
    ...Object.entries(replaceable)
      .filter(([, present]) => vi.isMockFunction(present))
      .map(([name]) => `a double of ${name}`),
  ];
}
