import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    // Real processes, real sockets and a real PostgreSQL: generous limits, because two slow cores may run several files at once.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    globalSetup: ['test/postgres/global-setup.ts'],
  },
});
