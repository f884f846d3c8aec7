// The app as it is deployed, but for the time: the harness writes it into a file, and it stands still
// between two writings. Sleeps, and so deadlines, are as long as ever.

import { readFileSync } from 'node:fs';
import { registerFunctions } from '../../../../src/functions/register.ts';
import { systemClock } from '../../../../src/lib/util/clock.ts';

registerFunctions({
  environment: process.env,
  clock: {
    now: () => new Date(readFileSync(process.env.CLOCK_FILE ?? '', 'utf8')),
    sleep: systemClock.sleep,
  },
  random: Math.random,
  fetch,
  appFolder: process.cwd(),
});
