import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Four files at once on two cores: most of their time they wait, for hosts, containers and a browser.
    maxWorkers: 4,
  },
});
