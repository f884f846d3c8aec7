import { beforeAll, describe, expect, test } from 'vitest';
import { outcomesOf, type RoundOutcome, tableOf } from './tally.ts';
import { type Outcome, runApp, runTutorial } from './variants.ts';

const OPTIONS = { models: 12, weeks: 6, seed: 7 };
const WITHIN_MS = 300_000;

/** A container that needs longer than the round is open is late in any case. */
const couldBeOnTime = ({ kind, submission }: RoundOutcome) =>
  !(kind === 'container submits late' && submission === 'late');

describe('six simulated weeks of twelve models, with a fault in one round of five', () => {
  let app: Outcome;
  let rounds: readonly RoundOutcome[];

  beforeAll(async () => {
    app = await runApp(OPTIONS, { withFallback: true });
    rounds = outcomesOf(app);
  }, WITHIN_MS);

  const ofKind = (kind: RoundOutcome['kind']) => rounds.filter((round) => round.kind === kind);

  test('have every kind of fault, in one round of five', () => {
    const kinds = new Set(rounds.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([
      'Numerai silent, no webhook',
      'closes late',
      'container crashes',
      'container does not submit',
      'container hangs',
      'container submits late',
      'nothing',
      'opens late',
      'submitted by hand',
      'webhook before the opening',
      'webhook comes late',
      'webhook comes twice',
      'webhook never comes',
    ]);
    const faulty = rounds.length - ofKind('nothing').length;
    expect(faulty / rounds.length).toBeGreaterThan(0.18);
  });

  test('every round that could be submitted on time was', () => {
    const missed = rounds.filter((it) => couldBeOnTime(it) && it.submission !== 'on time');
    expect(missed.map(({ model, round, kind }) => `${model} ${round}: ${kind}`)).toEqual([]);
  });

  test('each with exactly one run that succeeded, and exactly one submission', () => {
    const wrong = rounds.filter(({ attempts, submissions }) => {
      const good = attempts.filter(({ state }) => state === 'succeeded').length;
      return submissions !== 1 || good !== 1;
    });
    expect(wrong.map(({ model, round, kind }) => `${model} ${round}: ${kind}`)).toEqual([]);
  });

  test('what was submitted by hand was not repeated, what was cancelled not started', () => {
    for (const { attempts } of ofKind('submitted by hand'))
      expect(attempts).toMatchObject([
        { state: 'succeeded', submission: 'accepted', execution: null, startedAt: null },
      ]);
    const attributed = new Set(rounds.flatMap(({ attempts }) => attempts));
    expect(app.attempts.filter((attempt) => !attributed.has(attempt))).toEqual([]);
  });

  test('a late submission says so on its record', () => {
    const late = rounds.filter(({ submission }) => submission === 'late');
    expect(late.length).toBeGreaterThan(0);
    for (const { attempts } of late)
      expect(attempts.at(-1)).toMatchObject({
        submission: 'late',
        reason: expect.stringContaining('not staked'),
      });
  });

  test('a webhook before the opening, or one that never comes, is made up for', () => {
    for (const { attempts } of ofKind('webhook never comes'))
      expect(attempts).toMatchObject([{ trigger: 'timer', submission: 'accepted' }]);
    // The run of the webhook is opened again.
    for (const { attempts } of ofKind('webhook before the opening'))
      expect(attempts.at(-1)).toMatchObject({ trigger: 'webhook', submission: 'accepted' });
  });

  test('a start by the documented hours says on the record that Numerai could not be asked', () => {
    for (const { attempts } of ofKind('Numerai silent, no webhook'))
      expect(attempts).toMatchObject([
        {
          trigger: 'timer',
          state: 'succeeded',
          reason: expect.stringContaining('documented hours'),
        },
      ]);
  });

  test('nothing is left in flight, and no container group behind', () => {
    expect(app.attempts.filter(({ hasEnded }) => !hasEnded)).toEqual([]);
    expect(app.season.world.resourceManager.groups.names).toEqual([]);
  });

  test(
    'the same weeks without the fallback, and with a handler as tutorials have it, miss more',
    async () => {
      const without = outcomesOf(await runApp(OPTIONS, { withFallback: false }));
      const tutorial = outcomesOf(await runTutorial(OPTIONS));
      const onTime = (all: readonly RoundOutcome[]) => all.filter(({ submission }) => submission === 'on time').length;
      expect(onTime(rounds)).toBeGreaterThan(onTime(without));
      expect(onTime(without)).toBeGreaterThan(onTime(tutorial));
      console.log(
        `\n${tableOf([
          { name: 'this app', outcomes: rounds },
          { name: 'fallback off', outcomes: without },
          { name: 'tutorial-like handler', outcomes: tutorial },
        ])}\n`,
      );
    },
    WITHIN_MS,
  );
});

describe('three troubled weeks: a fault in two rounds of three, often with one of the container on top', () => {
  test(
    'every round that could be submitted on time was, with one run that succeeded',
    async () => {
      const options = { models: 8, weeks: 3, seed: 2, troubled: true };
      const troubled = outcomesOf(await runApp(options, { withFallback: true }));
      expect(troubled.filter(({ kind }) => kind !== 'nothing').length).toBeGreaterThan(troubled.length / 2);
      // Late is only what a container makes that needs longer than the round is open.
      const wrong = troubled.filter(({ attempts, submission, submissions }) => {
        const good = attempts.filter(({ state }) => state === 'succeeded');
        const tooSlow = good.some((run) => run.submission === 'late');
        return submissions !== 1 || good.length !== 1 || submission !== (tooSlow ? 'late' : 'on time');
      });
      expect(wrong.map(({ model, round, kind }) => `${model} ${round}: ${kind}`)).toEqual([]);
    },
    WITHIN_MS,
  );
});
