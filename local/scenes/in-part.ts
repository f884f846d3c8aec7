// Containers that submit for several models at Numerai, and have done so for some of them.

import type { Slot } from '../../src/lib/runs/slots.ts';
import { LOG } from './logs.ts';
import { pastRecord } from './past-run.ts';
import { MINUTE, openingOf, ROUND } from './rounds.ts';
import { modelsNamed, type Scene } from './scene.ts';

const SLOTS = ['lgbm', 'ridge', 'resnet', 'trees', 'era_boost', 'neutral', 'momentum', 'tabular', 'sunday', 'owl'];

/** One that has ended without three of its ten, one that is tried again for one of three, and one that has them all. */
export function inPart(prefix = ''): Scene {
  const slots = (name: string, count: number) => SLOTS.slice(0, count).map((slot) => `${name}_${slot}`);
  const counts = { ensemble: 10, stack: 3, quartet: 4 } as const;
  const models = modelsNamed(Object.keys(counts), prefix).map((model, index) => {
    const [name = '', count = 1] = Object.entries(counts)[index] ?? [];
    return { ...model, numeraiModels: slots(`${prefix}${name}`.replaceAll('-', '_'), count) };
  });
  return {
    models,
    async seed(history, now) {
      await history.tick();
      const at = openingOf(ROUND, now);
      const of = (name: string) => ({ model: history.model(`${prefix}${name}`), round: ROUND, at });
      const accepted: Partial<Slot> = {
        submission: 'accepted',
        submittedAt: new Date(at.getTime() + 90_000).toISOString(),
      };
      const answers = (name: string, others: Readonly<Record<string, Partial<Slot>>>) =>
        Object.fromEntries(
          of(name).model.numeraiModels.map((slot) => [slot, others[slot.split('_').slice(-1)[0] ?? ''] ?? accepted]),
        );
      const ensemble = pastRecord({
        ...of('ensemble'),
        state: 'failed',
        failedBefore: 1,
        seconds: 95,
        why: {
          failure: 'missing-submission',
          reason:
            'The container ended with exit code 0. 3 of 10 models of ensemble are missing: ensemble_resnet, ensemble_tabular, ensemble_owl (not accepted by Numerai). The end of its log: upload of ensemble_resnet failed: no such file model_resnet.pkl. This was attempt 2, the last one.',
        },
        slots: answers('ensemble', {
          resnet: { submission: 'missing' },
          tabular: { submission: 'missing' },
          owl: { submission: 'rejected', submittedAt: accepted.submittedAt ?? null },
        }),
        attempt: { exitCode: 0, slots: ['ensemble_resnet', 'ensemble_tabular', 'ensemble_owl'] },
      });
      const stack = pastRecord({
        ...of('stack'),
        state: 'waiting',
        seconds: 60,
        why: {
          failure: 'exit-code',
          reason:
            'The container ended with exit code 1. Its log says: no submission for stack_ridge. 1 of 3 models of stack is missing: stack_ridge.',
        },
        slots: answers('stack', { ridge: { submission: 'unknown' } }),
        more: { nextAttemptAt: new Date(now.getTime() + 2 * MINUTE).toISOString() },
      });
      const records = [ensemble, stack, pastRecord(of('quartet'))];
      await history.write(records);
      for (const { run, earlier } of records) {
        for (const { number } of earlier) await history.log(run, LOG, number);
        await history.log(run, LOG);
      }
    },
  };
}
