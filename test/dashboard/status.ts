// The status of three models around round 100, as the pages get it.

import { pastRun } from '../../local/scenes/past-run.ts';
import { modelsNamed } from '../../local/scenes/scene.ts';
import { type Model, parseModels, type Tournament } from '../../src/lib/config/models.ts';
import { type Status, statusOf } from '../../src/lib/operations/status.ts';
import type { RoundList } from '../../src/lib/rounds/last-known.ts';
import type { RoundsKnown } from '../../src/lib/rounds/round-cache.ts';
import type { Run } from '../../src/lib/runs/run.ts';

/** The app's own settings. */
export const LATENESS = { fallbackGraceMinutes: 10, alertBeforeCloseMinutes: 20 };

/** Round 100 opens. */
const NOON = new Date('2026-11-20T12:00:00Z');
export const minutes = (count: number) => new Date(NOON.getTime() + count * 60_000);

/** Round 100 is open from 12:00 to 13:00, round 99 was a day before. */
const ROUNDS = (tournament: Tournament, numbers = [99, 100]): RoundsKnown => ({
  kind: 'known',
  rounds: numbers.map((number) => ({
    tournament,
    number,
    openTime: minutes((number - 100) * 1440),
    closeTime: minutes((number - 100) * 1440 + 60),
  })),
});

/** The same, but Signals has no round 100. */
export const WITHOUT_SIGNALS = (tournament: Tournament): RoundsKnown =>
  ROUNDS(tournament, tournament === 'signals' ? [99] : undefined);

function modelNamed(name: string): Model {
  const {
    models: [model],
  } = parseModels(JSON.stringify({ models: modelsNamed([name]) }), {
    file: 'models.json',
    containerLocation: 'westeurope',
    containerIdentityId: undefined,
  });
  if (model === undefined) throw new Error('no model');
  return model;
}

export const one = modelNamed('one');
export const two = modelNamed('two');
export const three = modelNamed('three');
export const ofSignals: Model = { ...two, tournament: 'signals' };

export const run = (model: Model, round: number, more: Partial<Run> = {}, state: Run['state'] = 'succeeded') =>
  pastRun({ model, round, at: minutes((round - 100) * 1440 + 1), state, more });

/** The status at a time, with the runs of each model, newest first. */
export function statusAt(
  now: Date,
  models: readonly (readonly [Model, ...Run[]])[],
  rounds: (tournament: Tournament) => RoundsKnown = ROUNDS,
  last: RoundList | null = null,
): Status {
  const fresh = { lastTickAt: now, hasRun: true, recent: true, silentSince: null };
  return {
    at: now,
    timers: { watcher: fresh, fallback: fresh },
    leftovers: [],
    kept: [],
    jobs: [],
    models: models.map(([model, ...runs]) => {
      const records = runs.map((run) => ({ run, earlier: [] }));
      return statusOf(model, { records, unreadable: 0 }, rounds(model.tournament), now, { last });
    }),
  };
}
