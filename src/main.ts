// The entry point that the Functions runtime loads: this process as the app's system.

import { registerFunctions } from './functions/register.ts';
import { systemClock } from './lib/util/clock.ts';

registerFunctions({
  environment: process.env,
  clock: systemClock,
  random: Math.random,
  fetch,
  // The worker runs in the app's folder.
  appFolder: process.cwd(),
});
