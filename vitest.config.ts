import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// The tests start hundreds of Node.js processes. With a cache of compiled code each takes half the time to load.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/node', import.meta.url));

export default defineConfig({
  // The build makes it, from the styles and the browser's script: no test of this process looks at either.
  resolve: {
    alias: { 'dashboard:assets': fileURLToPath(new URL('test/support/dashboard-assets.ts', import.meta.url)) },
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Three files at once on two cores: much of their time they wait, for hosts, containers and a browser.
    maxWorkers: 3,
  },
});
