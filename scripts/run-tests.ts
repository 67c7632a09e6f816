import { startVitest, type TestModule } from 'vitest/node';

/**
 * Runs tests, and ends with one plain line of counts: `12 passed, 0 failed, 1 skipped`.
 * @param filters Files to run, by parts of their paths; all where there are none.
 * @returns Whether any ran and none failed.
 */
export async function runTests(filters: readonly string[]): Promise<boolean> {
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
  const vitest = await startVitest('test', [...filters], { watch: false, reporters: ['default', countingReporter] });
  await vitest.close();
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  return counts.failed === 0 && counts.passed > 0;
}
