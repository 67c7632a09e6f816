/**
 * Runs the tests against emulators of AWS, and ends with one plain line of counts (`run-tests.ts`). The emulators are installed first,
 * into `.aws-emulator`. Arguments are passed on to Vitest as file filters: `npm run test:aws -- test/aws/deployment`.
 */
import { EmulatorsNotInstalled, installEmulators } from '../test/aws/emulators/install.ts';
import { runTests } from './run-tests.ts';

try {
  await installEmulators();
} catch (error) {
  if (!(error instanceof EmulatorsNotInstalled)) throw error;
  process.stderr.write(`The tests against AWS cannot run: ${error.message}.\n`);
  process.exit(1);
}
const filters = process.argv.slice(2);
process.exit((await runTests(filters.length === 0 ? ['test/aws/'] : filters)) ? 0 : 1);
