/**
 * Runs all tests, and ends with one plain line of counts: `12 passed, 0 failed, 1 skipped`.
 * Arguments are passed on to Vitest as file filters: `npm test -- test/container/router`.
 */
import { startVitest, type TestModule } from 'vitest/node';

const counts = { passed: 0, failed: 0, skipped: 0 };

const countingReporter = {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    for (const module of modules) {
      if (module.errors().length > 0) counts.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') counts.passed += 1;
        else if (state === 'failed') counts.failed += 1;
        else counts.skipped += 1;
      }
    }
    counts.failed += unhandledErrors.length;
  },
};

const vitest = await startVitest('test', process.argv.slice(2), { watch: false, reporters: ['default', countingReporter] });
await vitest.close();
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
