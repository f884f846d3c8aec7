import { describe, expect, test } from 'vitest';
import { pastRun } from '../../local/scenes/history.ts';
import { modelsNamed } from '../../local/scenes/scenes.ts';
import { standsOf, verdictOf } from '../../src/dashboard/verdict.ts';
import { type Model, parseModels, type Tournament } from '../../src/lib/config/models.ts';
import { type Status, summarize } from '../../src/lib/operations/status.ts';
import type { RoundsKnown } from '../../src/lib/rounds/round-cache.ts';
import type { Run } from '../../src/lib/runs/run.ts';

const NOON = new Date('2026-11-20T12:00:00Z');
const minutes = (count: number) => new Date(NOON.getTime() + count * 60_000);

/** Round 100 is open from 12:00 to 13:00, round 99 was a day before. */
const ROUNDS = (tournament: Tournament): RoundsKnown => ({
  kind: 'known',
  rounds: [99, 100].map((number) => ({
    tournament,
    number,
    openTime: minutes((number - 100) * 1440),
    closeTime: minutes((number - 100) * 1440 + 60),
  })),
});

const [one, two, three] = parseModels(
  JSON.stringify({ models: modelsNamed(['one', 'two', 'three']) }),
  { file: 'models.json', containerLocation: 'westeurope', containerIdentityId: undefined },
);
if (one === undefined || two === undefined || three === undefined) throw new Error('no models');

const run = (
  model: Model,
  round: number,
  more: Partial<Run> = {},
  state: Run['state'] = 'succeeded',
) => pastRun({ model, round, at: minutes((round - 100) * 1440 + 1), state, more });

function statusAt(
  now: Date,
  models: readonly (readonly [Model, ...Run[]])[],
  rounds: (tournament: Tournament) => RoundsKnown = ROUNDS,
): Status {
  const fresh = { lastTickAt: now, recent: true };
  return {
    at: now,
    timers: { watcher: fresh, fallback: fresh },
    models: models.map(([model, ...runs]) => summarize(model, runs, rounds(model.tournament), now)),
  };
}

function told(status: Status): string {
  const { tone, headline, lines } = verdictOf(status, standsOf(status, 10));
  return [`${tone}: ${headline}`, ...lines].join(' / ');
}

describe('the verdict', () => {
  test.each<[string, string, Status]>([
    [
      'all have submitted, the round still open',
      'good: Both models submitted round 100 on time / It closes in 20 min, at 13:00 UTC.',
      statusAt(minutes(40), [
        [one, run(one, 100)],
        [two, run(two, 100)],
      ]),
    ],
    [
      'a single model has submitted, the round closed',
      'good: one submitted round 100 on time / The round closed at 13:00 UTC.',
      statusAt(minutes(90), [[one, run(one, 100)]]),
    ],
    [
      'one has failed for good',
      'bad: 1 of 3 models has not submitted; the round closes in 20 min / Round 100 is open until 13:00 UTC. / 1 failed and 2 submitted.',
      statusAt(minutes(40), [
        [one, run(one, 100)],
        [two, run(two, 100)],
        [three, run(three, 100, {}, 'failed')],
      ]),
    ],
    [
      'one has failed, and its next attempt runs',
      'busy: 1 of 2 models has submitted round 100 / 1 running and 1 submitted. / It closes in 20 min, at 13:00 UTC.',
      statusAt(minutes(40), [
        [one, run(one, 100)],
        [
          two,
          pastRun({
            model: two,
            round: 100,
            at: minutes(30),
            state: 'running',
            more: { attempt: 2 },
          }),
          run(two, 100, {}, 'failed'),
        ],
      ]),
    ],
    [
      'nothing has been called yet, early in the round',
      'quiet: Round 100 is open; no model has run yet / It closes in 58 min, at 13:00 UTC.',
      statusAt(minutes(2), [
        [one, run(one, 99)],
        [two, run(two, 99)],
      ]),
    ],
    [
      'nothing has been called, and it should have been',
      'bad: No model has submitted; the round closes in 30 min / Round 100 is open until 13:00 UTC.',
      statusAt(minutes(30), [
        [one, run(one, 99)],
        [two, run(two, 99)],
      ]),
    ],
    [
      'a round was missed',
      'bad: 1 of 2 models did not submit round 100 / 1 missed and 1 submitted. / The round closed at 13:00 UTC.',
      statusAt(minutes(90), [
        [one, run(one, 100)],
        [two, run(two, 99)],
      ]),
    ],
    [
      'a submission was late',
      'warn: 1 of 2 models has submitted round 100 late / 1 late and 1 submitted. / The round closed at 13:00 UTC.',
      statusAt(minutes(90), [
        [one, run(one, 100)],
        [two, run(two, 100, { submission: 'late' })],
      ]),
    ],
    [
      'Numerai did not confirm',
      'warn: Both models ran for round 100; 1 is not confirmed by Numerai / The round closed at 13:00 UTC.',
      statusAt(minutes(90), [
        [one, run(one, 100)],
        [two, run(two, 100, { submission: 'unknown' })],
      ]),
    ],
    [
      'a model that names nothing at Numerai is not worried about',
      'good: one ran for round 100 / The round closed at 13:00 UTC.',
      statusAt(minutes(90), [
        [{ ...one, numeraiModelName: null }, run(one, 100, { submission: 'unknown' })],
      ]),
    ],
    [
      'a new model beside an old one',
      'good: 1 of 2 models submitted round 100; 1 is new / The round closed at 13:00 UTC.',
      statusAt(minutes(90), [[one, run(one, 100)], [two]]),
    ],
    [
      'nothing has ever run',
      'quiet: No model has run yet / The next round will start the first runs.',
      statusAt(minutes(90), [[one], [two]]),
    ],
    [
      'a test run does not count',
      'bad: one has not submitted; the round closes in 30 min / Round 100 is open until 13:00 UTC.',
      statusAt(minutes(30), [[one, run(one, 100, { isTest: true })]]),
    ],
    [
      'Numerai cannot be asked',
      'warn: Both models submitted the last round on time',
      statusAt(
        minutes(90),
        [
          [one, run(one, 100)],
          [two, run(two, 100)],
        ],
        () => ({
          kind: 'unknown',
          why: 'It does not answer.',
        }),
      ),
    ],
    [
      'two tournaments',
      'bad: 1 of 2 models has not submitted; a round closes in 20 min / Classic: one submitted round 100 on time. It closes in 20 min, at 13:00 UTC. / Signals: two has not submitted; the round closes in 20 min. Round 100 is open until 13:00 UTC.',
      statusAt(minutes(40), [
        [one, run(one, 100)],
        [{ ...two, tournament: 'signals' }, run(two, 100, {}, 'timed_out')],
      ]),
    ],
  ])('%s', (_name, expected, status) => {
    expect(told(status)).toBe(expected);
  });

  test('a dead watcher spoils the best of days', () => {
    const status = statusAt(minutes(40), [[one, run(one, 100)]]);
    const stale = { lastTickAt: minutes(-60), recent: false };
    const spoilt = { ...status, timers: { ...status.timers, watcher: stale } };
    const { tone, warnings } = verdictOf(spoilt, standsOf(spoilt, 10));
    expect(tone).toBe('bad');
    expect(warnings.map(({ title }) => title)).toEqual(['The watcher has not run for 1 h 40 min']);
  });
});
