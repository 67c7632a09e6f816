/**
 * Runs all tests, and ends with one plain line of counts (`run-tests.ts`). Those against AWS need emulators, which are installed where
 * there is Python with venv; else they are skipped, and a line says so.
 * Arguments are passed on to Vitest as file filters: `npm test -- test/container/router`.
 */
import { EmulatorsNotInstalled, installEmulators } from '../test/aws/emulators/install.ts';
import { runTests } from './run-tests.ts';

const filters = process.argv.slice(2);
if (filters.length === 0 || filters.some((filter) => filter.includes('aws'))) {
  try {
    await installEmulators();
  } catch (error) {
    if (!(error instanceof EmulatorsNotInstalled)) throw error;
    process.stdout.write(`The tests against AWS are skipped: ${error.message}.\n`);
  }
}
process.exit((await runTests(filters)) ? 0 : 1);
