// The local environment with a browser before it, for the tests of one file.

import type { Browser } from 'playwright-core';
import { afterAll } from 'vitest';
import { type Environment, type EnvironmentOptions, startEnvironment } from '../../../local/environment/environment.ts';
import { roundsAround } from '../../../local/scenes/rounds.ts';
import { buildApp, isStale } from '../../../scripts/build.ts';
import { launch } from './browser.ts';

/** Starts both, with a round that is open; they are closed after the last test. To be called in `beforeAll`. */
export async function startWithBrowser(options: EnvironmentOptions): Promise<[Environment, Browser]> {
  if (await isStale()) await buildApp();
  const starting = [
    startEnvironment({ numerai: { schedule: roundsAround(new Date()) }, ...options }),
    launch(),
  ] as const;
  // Also where the other one does not start.
  afterAll(async () => {
    const [environment, browser] = await Promise.allSettled(starting);
    if (browser.status === 'fulfilled') await browser.value.close();
    if (environment.status === 'fulfilled') await environment.value.close();
  });
  return Promise.all(starting);
}
