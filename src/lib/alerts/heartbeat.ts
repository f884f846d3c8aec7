// A sign of life to a service that misses it when it does not come: after each good round, and after each hour in
// which the watcher ran and nothing failed. So somebody else notices when the app itself is gone.

import type { Settings } from '../config/settings.ts';
import { ageMs, type Clock } from '../util/clock.ts';
import { AppError } from '../util/errors.ts';
import type { Log } from '../util/log.ts';
import type { Heartbeat } from '../watch/dependencies.ts';
import { callSecretUrl, readSecretUrl } from './secret-url.ts';
import type { SendDependencies } from './send.ts';

/** Such services take a few signs a minute; the models of a round may all end in one. */
const EVERY_MS = 60_000;

export interface HeartbeatDependencies extends SendDependencies {
  readonly clock: Clock;
  readonly settings: Settings;
}

/** The heartbeat for one log; null where the settings name no URL. */
export type HeartbeatFor = (log: Log) => Heartbeat | null;

/** Makes the heartbeat of this process. */
export function createHeartbeat(dependencies: HeartbeatDependencies): HeartbeatFor {
  const { clock, settings, call } = dependencies;
  const secretName = settings.heartbeatSecret;
  let lastAt: string | null = null;
  /** A run is reported again while its clean-up goes on. */
  let sent: ReadonlySet<string> = new Set();

  async function beat(secret: string): Promise<void> {
    const { url } = await readSecretUrl(dependencies, secret);
    await call({ service: 'heartbeat', operation: 'call the URL of the heartbeat' }, (signal) =>
      callSecretUrl(dependencies, url, { method: 'GET' }, signal),
    );
  }

  return (log) => {
    if (secretName === undefined) return null;
    return async (occasion) => {
      if (sent.has(occasion)) return true;
      const now = clock.now();
      try {
        if (lastAt === null || ageMs(lastAt, now) >= EVERY_MS) {
          await beat(secretName);
          lastAt = now.toISOString();
          log.info({ occasion }, 'heartbeat sent');
        }
        sent = new Set([...sent, occasion].slice(-OCCASIONS_KEPT));
        return true;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        log.warn({ err: error, occasion }, 'heartbeat not sent');
        return false;
      }
    };
  };
}

const OCCASIONS_KEPT = 200;
