// pino can write to files and through worker threads, and loads what that takes whether it is used or not:
// worker threads alone are a fifth of the time that loading the app takes. This app hands pino a destination
// of its own, so the bundle leaves the others out.

import type { Plugin } from 'esbuild';

const DESTINATIONS = /^(node:)?(thread-stream|sonic-boom|worker_threads)$/;
const OF_PINO = /[\\/]node_modules[\\/]pino[\\/]/;

export const withoutLogDestinations: Plugin = {
  name: 'without-log-destinations',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: DESTINATIONS }, ({ path, importer }) =>
      OF_PINO.test(importer) ? { path, namespace: 'log-destination' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'log-destination' }, ({ path }) => ({
      contents: /worker_threads$/.test(path)
        ? 'exports.isMainThread = true;'
        : `module.exports = class { constructor() { throw new Error('${path} is not in this bundle.'); } };`,
      loader: 'js',
    }));
  },
};
