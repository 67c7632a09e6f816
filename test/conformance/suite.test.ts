import { afterAll, beforeAll, expect, it } from 'vitest';
import { runOfficialSuite, suiteRuns } from './official-suite.ts';
import { type RunningFixture, startFixture } from './start-fixture.ts';

let fixture: RunningFixture;
beforeAll(async () => {
  fixture = await startFixture(0);
});
afterAll(() => fixture.close());

// At the same time, as each of them waits more than it computes.
it.concurrent.each(suiteRuns)(
  'the official suite finds nothing wrong: $suite scenarios of $revision',
  { timeout: 120_000 },
  async (run) => {
    const results = await runOfficialSuite(fixture.url, run);
    expect(results.length).toBeGreaterThanOrEqual(26);
    expect(results.filter(({ passed, failed, warnings }) => failed + warnings > 0 || passed === 0)).toEqual([]);
  },
);
