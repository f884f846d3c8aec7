import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Real processes and a real browser meet real deadlines: on a busy build machine one may pass by. What
    // failed is tried once more there, and is reported as flaky; elsewhere a failure stays a failure.
    retry: process.env.CI ? 1 : 0,
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Three files at once on two cores: much of their time they wait, for hosts, containers and a browser.
    maxWorkers: 3,
  },
});
