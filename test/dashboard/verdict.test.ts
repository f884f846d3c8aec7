import { describe, expect, test } from 'vitest';
import { pastRun } from '../../local/scenes/past-run.ts';
import { viewsOf } from '../../src/dashboard/condition.ts';
import { verdictOf } from '../../src/dashboard/verdict.ts';
import type { Model } from '../../src/lib/config/models.ts';
import type { Status } from '../../src/lib/operations/status.ts';
import { LATENESS, minutes, ofSignals, one, run, statusAt, three, two, WITHOUT_SIGNALS } from './status.ts';

const waiting = (model: Model, dueAt: Date) => run(model, 100, { nextAttemptAt: dueAt.toISOString() }, 'waiting');

/** In flight, and Azure has not answered at two ticks. */
function unseen(model: Model) {
  const found = run(model, 100, { reason: 'It cannot be seen.' }, 'running');
  return { ...found, attempt: found.attempt && { ...found.attempt, outOfSightSince: minutes(30).toISOString() } };
}

const NO_IMAGE = { failure: 'image', reason: 'There is no such image.' } as const;

function verdict(status: Status): string {
  const { tone, headline, lines } = verdictOf(status, viewsOf(status, LATENESS));
  const said = lines.map(({ text }) => text.replace(/<[^>]*>/g, ''));
  return [`${tone}: ${headline}`, ...said].join(' / ');
}

describe('the verdict', () => {
  test.each<[string, string, Status]>([
    [
      'all have submitted, the round still open',
      'good: Both models submitted round 100 on time / Round 100 is open until 13:00 UTC.',
      statusAt(minutes(40), [
        [one, run(one, 100)],
        [two, run(two, 100)],
      ]),
    ],
    [
      'a single model has submitted, the round closed',
      'good: one submitted round 100 on time / Round 100 closed at 13:00 UTC.',
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
      'one has submitted for some of its models at Numerai',
      'bad: 1 of 2 models has submitted only in part; the round closes in 20 min / Round 100 is open until 13:00 UTC. / 1 submitted in part and 1 submitted.',
      statusAt(minutes(40), [
        [one, run(one, 100)],
        [two, run(two, 100, { submission: 'partial' }, 'failed')],
      ]),
    ],
    [
      'one is out of sight',
      'warn: 1 of 2 models is out of sight; the round closes in 20 min / Round 100 is open until 13:00 UTC. / 1 out of sight and 1 submitted.',
      statusAt(minutes(40), [
        [one, run(one, 100)],
        [two, unseen(two)],
      ]),
    ],
    [
      'one waits for somebody',
      'warn: 1 of 2 models waits for you; the round closes in 20 min / Round 100 is open until 13:00 UTC. / 1 waiting for you and 1 submitted.',
      statusAt(minutes(40), [
        [one, run(one, 100)],
        [two, pastRun({ model: two, round: 100, at: minutes(1), state: 'waiting', why: NO_IMAGE })],
      ]),
    ],
    [
      'one has failed, and its next attempt runs',
      'busy: 1 of 2 models is running for round 100; the round closes in 20 min / Round 100 is open until 13:00 UTC. / 1 running and 1 submitted.',
      statusAt(minutes(40), [
        [one, run(one, 100)],
        [
          two,
          pastRun({
            model: two,
            round: 100,
            at: minutes(30),
            state: 'running',
            failedBefore: 1,
          }),
        ],
      ]),
    ],
    [
      'one waits for its next attempt',
      'warn: 1 of 3 models waits for another attempt; the round closes in 20 min / Round 100 is open until 13:00 UTC. / 1 waiting for another attempt, 1 running and 1 submitted. / The next attempt follows at 12:45 UTC.',
      statusAt(minutes(40), [
        [one, run(one, 100)],
        [two, waiting(two, minutes(45))],
        [three, run(three, 100, {}, 'running')],
      ]),
    ],
    [
      'all wait for their next attempt, the first of which is due',
      'warn: Both models wait for another attempt; the round closes in 20 min / Round 100 is open until 13:00 UTC. / The next attempt is due.',
      statusAt(minutes(40), [
        [one, waiting(one, minutes(45))],
        [two, waiting(two, minutes(40))],
      ]),
    ],
    [
      'the only model waits for its next attempt',
      'warn: one waits for another attempt; the round closes in 20 min / Round 100 is open until 13:00 UTC.',
      statusAt(minutes(40), [[one, waiting(one, minutes(41))]]),
    ],
    [
      'one has failed for good, and one waits for its next attempt',
      'bad: No model has submitted; the round closes in 20 min / Round 100 is open until 13:00 UTC. / 1 failed and 1 waiting for another attempt. / The next attempt follows at 12:45 UTC.',
      statusAt(minutes(40), [
        [one, run(one, 100, {}, 'failed')],
        [two, waiting(two, minutes(45))],
      ]),
    ],
    [
      'one still waits when the round has closed',
      'warn: 1 of 2 models waits for another attempt / Round 100 closed at 13:00 UTC. / 1 waiting for another attempt and 1 submitted. / The next attempt is due.',
      statusAt(minutes(61), [
        [one, run(one, 100)],
        [two, waiting(two, minutes(60))],
      ]),
    ],
    [
      'one runs when the round has closed',
      'busy: 1 of 2 models is running for round 100 / Round 100 closed at 13:00 UTC. / 1 running and 1 submitted.',
      statusAt(minutes(61), [
        [one, run(one, 100)],
        [two, run(two, 100, {}, 'running')],
      ]),
    ],
    [
      'all run',
      'busy: Both models are running for round 100; the round closes in 55 min / Round 100 is open until 13:00 UTC.',
      statusAt(minutes(5), [
        [one, run(one, 100, {}, 'running')],
        [two, run(two, 100, {}, 'starting')],
      ]),
    ],
    [
      'nothing has been called yet, early in the round',
      'busy: Both models wait for the call for round 100; the round closes in 58 min / Round 100 is open until 13:00 UTC.',
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
      'bad: 1 of 2 models has not submitted / Round 100 closed at 13:00 UTC. / 1 missed and 1 submitted.',
      statusAt(minutes(90), [
        [one, run(one, 100)],
        [two, run(two, 99)],
      ]),
    ],
    [
      'a submission was late',
      'warn: 1 of 2 models submitted round 100 late / Round 100 closed at 13:00 UTC. / 1 late and 1 submitted.',
      statusAt(minutes(90), [
        [one, run(one, 100)],
        [two, run(two, 100, { submission: 'late' })],
      ]),
    ],
    [
      'Numerai did not confirm',
      'warn: 1 of 2 models ran for round 100, not confirmed by Numerai / Round 100 closed at 13:00 UTC. / 1 submitted and 1 not confirmed.',
      statusAt(minutes(90), [
        [one, run(one, 100)],
        [two, run(two, 100, { submission: 'unknown' })],
      ]),
    ],
    [
      'a model that names nothing at Numerai is not worried about',
      'good: one ran for round 100 / Round 100 closed at 13:00 UTC.',
      statusAt(minutes(90), [[{ ...one, numeraiModels: [] }, run(one, 100, { submission: 'unknown', slots: [] })]]),
    ],
    [
      'a new model beside an old one',
      'good: 1 of 2 models submitted round 100 on time / Round 100 closed at 13:00 UTC. / 1 submitted and 1 new.',
      statusAt(minutes(90), [[one, run(one, 100)], [two]]),
    ],
    [
      'nothing has ever run',
      'quiet: No model has run yet / Round 100 closed at 13:00 UTC.',
      statusAt(minutes(90), [[one], [two]]),
    ],
    [
      'a test run does not count',
      'bad: one has not submitted; the round closes in 30 min / Round 100 is open until 13:00 UTC.',
      statusAt(minutes(30), [[one, run(one, 100, { isTest: true })]]),
    ],
    [
      'Numerai cannot be asked',
      'warn: Both models submitted round 100 on time',
      statusAt(
        minutes(90),
        [
          [one, run(one, 100)],
          [two, run(two, 100)],
        ],
        () => ({
          kind: 'unknown',
          why: 'It does not answer.',
          isAway: true,
        }),
      ),
    ],
    [
      'two tournaments',
      'bad: 1 of 2 models has not submitted; the round closes in 20 min / Classic: one submitted round 100 on time. Round 100 is open until 13:00 UTC. / Signals: two has not submitted; the round closes in 20 min, at 13:00 UTC.',
      statusAt(minutes(40), [
        [one, run(one, 100)],
        [ofSignals, run(ofSignals, 100, {}, 'timed_out')],
      ]),
    ],
    [
      'two tournaments, one in its round, one between rounds',
      'good: Both models submitted the last round on time / Classic: one submitted round 100 on time. Round 100 is open until 13:00 UTC. / Signals: two submitted round 99 on time. Round 99 closed on 19 Nov, 13:00 UTC.',
      statusAt(
        minutes(40),
        [
          [one, run(one, 100)],
          [ofSignals, run(ofSignals, 99)],
        ],
        WITHOUT_SIGNALS,
      ),
    ],
    [
      'two tournaments, whose rounds have the same number and close at different times',
      'bad: No model has submitted; a round closes in 20 min / Classic: one has not submitted; the round closes in 20 min, at 13:00 UTC. / Signals: two has not submitted; the round closes in 26 h, on 21 Nov, 14:40 UTC.',
      statusAt(
        minutes(40),
        [
          [one, run(one, 100, {}, 'failed')],
          [ofSignals, run(ofSignals, 100, {}, 'failed')],
        ],
        (tournament) => ({
          kind: 'known',
          rounds: [
            { tournament, number: 100, openTime: minutes(0), closeTime: minutes(tournament === 'signals' ? 1600 : 60) },
          ],
        }),
      ),
    ],
    [
      'two tournaments, one in its round without a submission, one between rounds',
      'bad: 1 of 2 models has not submitted; a round closes in 20 min / Classic: one has not submitted; the round closes in 20 min, at 13:00 UTC. / Signals: two submitted round 99 on time. Round 99 closed on 19 Nov, 13:00 UTC.',
      statusAt(
        minutes(40),
        [
          [one, run(one, 99)],
          [ofSignals, run(ofSignals, 99)],
        ],
        WITHOUT_SIGNALS,
      ),
    ],
  ])('%s', (_name, expected, status) => {
    expect(verdict(status)).toBe(expected);
  });
});
