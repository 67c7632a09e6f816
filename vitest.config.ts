import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { SpreadSlowFiles } from './test/spread-slow-files.ts';

/**
 * Files that may share a process with each other, one after another: it need not be started for each of them, nor everything that they
 * import be loaded anew. They leave the process as they found it, which `test/nothing-left-behind.ts` checks, and none relies on modules
 * that nobody has used before.
 */
const sharing = [
  'test/{core,container,conformance}/**/*.test.ts',
  'test/functions/{adapters,api,domain,events}/**/*.test.ts',
  'test/selfhost/{http,sandbox}/**/*.test.ts',
  'test/aws/dynamodb/**/*.test.ts',
  // Those left out have all that follows run by executions elsewhere.
  'test/functions/instance-manager/**/!(queued-*).test.ts',
  'test/infra/**/!(cdk-synth|function-bundles).test.ts',
];

export default defineConfig({
  test: {
    environment: 'node',
    // Real processes, real sockets and a real PostgreSQL: generous limits, because two slow cores may run several files at once.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The default of a second is too short where a browser shares two cores with everything else.
    expect: { poll: { timeout: 15_000 } },
    // More files at a time than there are cores: most of those that take long wait more than they compute.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: SpreadSlowFiles },
    globalSetup: ['test/postgres/global-setup.ts', 'test/frontend/global-setup.ts', 'test/aws/global-setup.ts'],
    projects: [
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: sharing } },
      {
        extends: true,
        test: { name: 'sharing', include: sharing, isolate: false, setupFiles: ['test/nothing-left-behind.ts'] },
      },
    ],
  },
});
