// The entry point that the Functions runtime loads: this process as the app's system.

import { dirname } from 'node:path';
import { registerFunctions } from './functions/register.ts';
import { systemClock } from './lib/util/clock.ts';
import { useSourceMaps } from './lib/util/source-maps.ts';

/** The build puts it in; where the sources run as they are, there is none. */
declare const BUILD_ID: string | undefined;

useSourceMaps(import.meta.dirname);
registerFunctions({
  environment: process.env,
  clock: systemClock,
  random: Math.random,
  fetch,
  // This file lies in a folder of the app's folder: src, and dist when it is bundled.
  appFolder: dirname(import.meta.dirname),
  buildId: typeof BUILD_ID === 'string' ? BUILD_ID : 'sources',
});
// The first invocation needs the Azure clients, and what Node.js loads with the first use of `fetch`; while it is on its
// way there is time to load them. A failure is the failure of whatever call needs them.
setImmediate(() => {
  void import('./lib/azure/clients.ts').catch(() => undefined);
  void fetch('data:,').catch(() => undefined);
});
