// A short season, harder than the long ones of `npm run seasons`, as invariants.

import { beforeAll, describe, expect, test } from 'vitest';
import { appPolicy } from './app-policy.ts';
import { clairvoyant } from './clairvoyant.ts';
import { storyOf } from './explain.ts';
import { numeraiCli, tutorial } from './handlers.ts';
import { live } from './live.ts';
import { lossOf } from './losses.ts';
import { outcomeOf, type RoundOutcome, type SeasonOutcome } from './outcomes.ts';
import { planOf } from './plan.ts';
import type { Disturbance } from './rates.ts';
import { lineOf, numbersOf, tableOf } from './table.ts';

const WITHIN_MS = 120_000;
/** A seed that has cancelled rounds, containers that hang, and webhooks that do not come, among much else. */
const PLAN = planOf({ seed: 289, models: 10, weeks: 2, harshness: 3 });

/** What this version does not get over in every case: its losses are counted, and have to have a cause on record. */
const LOST_FOR_NOW: readonly Disturbance[] = [
  'full',
  'quota',
  'region',
  'registry',
  'numerai',
  'revoked',
  'role-groups',
  'role-vault',
  'data late',
  'slow pull',
  'memory',
  'rejected',
  'timers',
];

const has =
  (...kinds: readonly Disturbance[]) =>
  ({ disturbances }: RoundOutcome) =>
    kinds.some((kind) => disturbances.includes(kind));
const stories = (rounds: readonly RoundOutcome[]) => rounds.map((round) => storyOf(PLAN, round));

describe('a short and hard season of ten models', () => {
  let app: SeasonOutcome;

  beforeAll(async () => {
    app = await outcomeOf(await live(PLAN, await appPolicy('this app')));
  }, WITHIN_MS);

  test('has more disturbed rounds than calm ones, and of nearly every kind', () => {
    const disturbed = app.rounds.filter(({ disturbances }) => disturbances.length > 0);
    expect(disturbed.length).toBeGreaterThan(app.rounds.length / 2);
    expect(new Set(disturbed.flatMap(({ disturbances }) => disturbances)).size).toBeGreaterThan(20);
  });

  test('every round is won that somebody could win who knows all of it in advance', () => {
    const lost = app.rounds.filter((round) => lossOf(round) !== null && !has(...LOST_FOR_NOW)(round));
    expect(stories(lost)).toEqual([]);
  });

  test('what is lost has a cause on record, or an alert', () => {
    const unexplained = app.rounds.filter((round) => lossOf(round)?.isExplained === false);
    expect(stories(unexplained.filter((round) => !has('rejected')(round)))).toEqual([]);
  });

  test('the oracle calls nothing impossible that was won', () => {
    expect(stories(app.rounds.filter(({ verdict, isWon }) => isWon && !verdict.isPossible))).toEqual([]);
  });

  test('each round has one run, and one submission for each time that one was needed', () => {
    const wrong = app.rounds.filter(({ round, attempts, submissions, disturbances, isWon }) => {
      const runs = new Set(attempts.map(({ runId }) => runId)).size;
      const valid = submissions.filter(({ errorInfo }) => errorInfo === null).length;
      // One that Numerai does not list within the grace looks like one that is missing.
      const isSeen = !disturbances.includes('listed late');
      return (valid > 1 && isSeen) || (round.open.length > 0 && isWon && runs !== 1);
    });
    expect(stories(wrong)).toEqual([]);
  });

  test('what was submitted by hand is not repeated, and what was cancelled not started', () => {
    for (const { attempts } of app.rounds.filter(({ disturbances }) => disturbances.includes('by hand')))
      expect(attempts.filter(({ startedAt }) => startedAt !== null)).toEqual([]);
    expect(
      stories(app.rounds.filter(({ round, executions }) => round.open.length === 0 && executions.length > 0)),
    ).toEqual([]);
  });

  test('a webhook that never comes, or comes before the opening, is made up for', () => {
    const alone = (kind: Disturbance) => app.rounds.filter(({ disturbances }) => disturbances.join() === kind);
    const never = alone('no webhook');
    expect(never.length).toBeGreaterThan(0);
    for (const { attempts } of never) expect(attempts).toMatchObject([{ trigger: 'timer', submission: 'accepted' }]);
    // The run of the webhook is opened again, or has waited.
    const early = alone('early webhook');
    expect(early.length).toBeGreaterThan(0);
    for (const { attempts } of early)
      expect(attempts.at(-1)).toMatchObject({ trigger: 'webhook', submission: 'accepted' });
  });

  // Not yet: a webhook for a round that is closed, or cannot be, is still followed.
  test.fails('what Numerai names wrongly starts nothing beside the round', () => {
    expect(app.strays.filter(({ startedAt }) => startedAt !== null)).toEqual([]);
  });

  test('nothing is left in flight, and no container group behind', () => {
    expect(app.inFlight).toEqual([]);
    expect(app.groupsLeft).toEqual([]);
  });

  test(
    'the clairvoyant wins all that is possible, and those without a record far less than the app',
    async () => {
      const rows = [{ name: 'this app', outcome: app }];
      for (const policy of [tutorial(), numeraiCli(), clairvoyant()])
        rows.push({ name: policy.name, outcome: await outcomeOf(await live(PLAN, policy)) });
      const [own, tutorials, clis, best] = rows.map(({ outcome }) => numbersOf(outcome));
      expect(best).toMatchObject({ possible: own?.possible, won: own?.possible });
      expect(tutorials?.won).toBeLessThan(own?.won ?? 0);
      expect(clis?.won).toBeLessThan(own?.won ?? 0);
      console.log(`\n${tableOf(rows)}\n${lineOf(app)}\n`);
    },
    WITHIN_MS,
  );
});

test(
  'the same seed ends the same',
  async () => {
    const plan = planOf({ seed: 5, models: 3, weeks: 1, harshness: 4 });
    const summary = async () => {
      const { rounds, executions } = await outcomeOf(await live(plan, await appPolicy('this app')));
      return { executions, stories: rounds.map((round) => storyOf(plan, round)) };
    };
    expect(await summary()).toEqual(await summary());
  },
  WITHIN_MS,
);
