import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    // Real processes, real sockets and a real PostgreSQL: generous limits, because two slow cores may run several files at once.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The default of a second is too short where a browser shares two cores with everything else.
    expect: { poll: { timeout: 10_000 } },
    // Vitest leaves one core to itself, which on two cores means one file at a time; most of these tests wait more than they compute.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globalSetup: ['test/postgres/global-setup.ts', 'test/frontend/global-setup.ts', 'test/aws/global-setup.ts'],
  },
});
