import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two files at once: the machines that run these tests have two cores, and each file of the
    // front-door tests runs a whole local environment.
    maxWorkers: 2,
  },
});
