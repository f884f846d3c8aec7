// Which deployment this is: the built app, its models, and the settings that say what it works with.

import { createHash } from 'node:crypto';
import type { Entry } from './models.ts';
import type { Settings } from './settings.ts';

/** Settings that change nothing about what the app may do; and `tables`, which may hold a key. */
const LEFT_OUT: ReadonlySet<string> = new Set<keyof Settings>(['tables', 'logLevel', 'publicUrl', 'dashboardLinks']);

/**
 * The same for every process of one deployment, another one after each change of the package, of the settings that
 * matter or of `models.json`.
 * @param buildId names the package.
 */
export function fingerprintOf(settings: Settings, entries: readonly Entry[], buildId: string): string {
  const mattering = Object.entries(settings).filter(([name]) => !LEFT_OUT.has(name));
  const text = JSON.stringify([buildId, mattering, entries]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
