import { expect, test } from 'vitest';
import { Conditions } from './conditions.ts';
import { disturbancesOf } from './disturbed.ts';
import { verdictsOf } from './outcomes.ts';
import { planOf, type SeasonOptions } from './plan.ts';
import { RATES } from './rates.ts';

const YEAR: SeasonOptions = { seed: 1, models: 40, weeks: 52 };

const roundsOf = (options: SeasonOptions) => {
  const plan = planOf(options);
  return plan.models.flatMap((model) =>
    plan.roundsOf(model).map((round) => ({
      label: `${model.name}/${round.number}`,
      model,
      round,
      happening: plan.of(model, round),
      disturbances: disturbancesOf(plan, model, round),
    })),
  );
};

test('the same seed gives the same season, and one model or week less takes nothing else away', () => {
  const small = { seed: 3, models: 5, weeks: 2 };
  const whole = new Map(roundsOf({ seed: 3, models: 7, weeks: 4 }).map((round) => [round.label, round]));
  for (const round of roundsOf(small)) expect(round).toEqual(whole.get(round.label));
  expect(planOf(small).outages).toEqual(
    planOf({ ...small, weeks: 4 }).outages.filter(({ from }) => from < +planOf(small).end),
  );
  expect(planOf({ ...small, seed: 4 }).outages).not.toEqual(planOf(small).outages);
});

test('a fifth to a third of the rounds are disturbed, most of them by one thing', () => {
  const rounds = roundsOf(YEAR);
  expect(rounds).toHaveLength(40 * 52 * 5);
  const disturbed = rounds.filter(({ disturbances }) => disturbances.length > 0);
  expect(disturbed.length / rounds.length).toBeGreaterThan(1 / 5);
  expect(disturbed.length / rounds.length).toBeLessThan(1 / 3);
  const byOne = disturbed.filter(({ disturbances }) => disturbances.length === 1);
  expect(byOne.length / disturbed.length).toBeGreaterThan(0.75);
});

test('in five seasons everything happens that the table of rates names', () => {
  const seen = new Set(
    [1, 2, 3, 4, 5]
      .flatMap((seed) => roundsOf({ ...YEAR, seed, models: 10 }))
      .flatMap(({ disturbances }) => disturbances),
  );
  expect([...seen].sort()).toEqual(Object.keys(RATES).sort());
});

test('most rounds can be won, and those that cannot have more than one reason among them', () => {
  const plan = planOf(YEAR);
  const verdicts = verdictsOf(plan, new Conditions(plan)).map(({ verdict }) => verdict);
  const impossible = verdicts.filter((verdict) => !verdict.isPossible);
  expect(impossible.length / verdicts.length).toBeLessThan(0.04);
  const reasons = new Set(impossible.map((verdict) => (verdict.isPossible ? '' : verdict.because)));
  expect(reasons.size).toBeGreaterThan(5);
});
