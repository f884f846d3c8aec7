// Runs that go on only when somebody does something: what there is to do stands on their pages.

import { FIX_OF_ORDINARY } from '../../src/lib/runs/failure.ts';
import { LOG } from './logs.ts';
import { pastRecord } from './past-run.ts';
import { MINUTE, openingOf, ROUND } from './rounds.ts';
import { modelsNamed, type Scene } from './scene.ts';

/** One that has had its try before the close, one whose last resort has failed as well, and one at the bound of the day. */
export function stuck(prefix = ''): Scene {
  return {
    models: modelsNamed(['for-you', 'no-resort', 'bounded'], prefix),
    async seed(history, now) {
      await history.tick();
      const at = openingOf(ROUND, now);
      const next = new Date(now.getTime() + 9 * MINUTE).toISOString();
      const of = (name: string) => ({
        ...{ model: history.model(`${prefix}${name}`), round: ROUND, at },
        ...({ state: 'waiting', failedBefore: 1 } as const),
      });
      const records = [
        pastRecord({
          ...of('for-you'),
          why: {
            failure: 'configuration',
            reason:
              'The container ended with exit code 78; it reports that its configuration is wrong (EX_CONFIG); change env or secrets in models.json, or the program. Its log says: MODEL_ID is missing.',
          },
          attempt: { exitCode: 78, previousFailure: 'configuration' },
        }),
        pastRecord({
          ...of('no-resort'),
          attempt: { lastResort: true, previousFailure: 'image' },
          more: { waitingFor: FIX_OF_ORDINARY, nextAttemptAt: next },
        }),
        pastRecord({
          ...of('bounded'),
          failedBefore: 0,
          why: {
            failure: 'starts-exceeded',
            reason:
              "As many containers for rounds as MAX_STARTS_PER_DAY allows (60) were started on this day: nothing more is started before the day ends, at 00:00 UTC. Raise MAX_STARTS_PER_DAY in the app's settings if that is too few; else rounds may be missed.",
          },
          attempt: {
            outcome: null,
            acceptedAt: null,
            startedAt: null,
            finishedAt: null,
            endSeenAt: null,
            exitCode: null,
            refusals: 4,
          },
          more: { nextAttemptAt: next },
        }),
      ];
      await history.write(records);
      for (const { run } of records) if (run.attempt?.outcome !== null) await history.log(run, LOG);
    },
  };
}
