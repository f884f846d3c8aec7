// Hardships that are drawn on top of a random history: from seeds of their own, so that the histories of other seeds stay as
// they are. With each, the clairvoyant says whether there must be a submission.

import { GARBLED_FORMS } from '../../../local/emulators/garbled.ts';
import type { Fate } from '../world/fate.ts';
import { between, chance, pick, type Random } from '../world/random.ts';
import type { Disturbance, History, LimitPlan, TimerPlan, TriggerPlan, WrongRound } from './history.ts';

const MINUTE = 60_000;
const ROUND_MS = 60 * MINUTE;

type Change = (random: Random, history: History) => Partial<History>;

/** Two of five histories have one or two of them. */
export function withHardships(random: Random, history: History): History {
  if (!chance(random, 0.4)) return history;
  const first = pick(random, HARDSHIPS);
  const second = chance(random, 0.25) ? pick(random, HARDSHIPS) : first;
  const changes = second === first ? [first] : [first, second];
  let hard = history;
  for (const change of changes) hard = { ...hard, ...change(random, hard) };
  // The fallback is what starts a round that nobody has named.
  return { ...hard, fallback: true, expect: hard.expect === 'ended' ? 'ended' : 'if possible' };
}

/** Something is down, or answers what nobody can read, up to the close, or past it. */
const upToTheEnd: Change = (random, history) => {
  const from = between(random, 0, 50) * MINUTE;
  const close = history.opensAfterMs + ROUND_MS + (history.extended?.byMs ?? 0);
  const to = close + pick(random, [-1, 0, 20]) * MINUTE;
  const fate = pick<Fate>(random, [
    { do: 'refuse' },
    { do: 'hang' },
    { do: 'status', status: 503 },
    { do: 'status', status: 429, retryAfter: between(random, 1, 600) },
    { do: 'lose-answer' },
    { do: 'garbled', form: pick(random, GARBLED_FORMS), carriedOut: chance(random, 0.5) },
  ]);
  const of = pick<Disturbance['of']>(random, ['tables', 'resource-manager', 'key-vault', 'numerai', 'all']);
  const probability = pick(random, [0.3, 1, 1] as const);
  return { ...calmly(history), disturbances: [...history.disturbances, { from, to, of, fate, probability }] };
};

/** Timers stand still, one or both, while calls by HTTP go on, or do not. */
const stoppedTimers: Change = (random, history) => {
  const from = between(random, 0, 40) * MINUTE;
  const to = from + between(random, 10, 80) * MINUTE;
  const of = pick<readonly TimerPlan['of'][]>(random, [['watcher'], ['fallback'], ['watcher', 'fallback']]);
  return {
    ...calmly(history),
    timers: of.map((timer): TimerPlan => ({ of: timer, from, to })),
    httpEveryMs: chance(random, 0.75) ? between(random, 1, 5) * MINUTE : null,
  };
};

/** Other models need the cores that the regions have. */
const crowd: Change = (random, history) => {
  if (history.kind !== 'image') return {};
  return {
    ...calmly(history),
    triggers: firstWebhook(history),
    crowd: { models: between(random, 1, 4), cores: between(random, 1, 2), seconds: between(random, 20, 240) },
  };
};

/** Others of the subscription use up what Azure allows. */
const limited: Change = (random, history) => {
  const from = between(random, 0, 20) * MINUTE;
  const location = pick(random, [history.locations[0] ?? '', ...history.locations]);
  const within = pick(random, ['5 minutes', 'an hour'] as const);
  const to = from + between(random, 1, 40) * MINUTE;
  const limits = pick<LimitPlan[]>(random, [
    [{ of: 'create', location, from, within }],
    history.locations.map((each) => ({ of: 'create', location: each, from, within: '5 minutes' })),
    [{ of: 'delete', location, from, within }],
    [{ of: pick(random, ['reads', 'writes', 'deletes'] as const), from, to }],
  ]);
  return { ...calmly(history), limits };
};

/** Numerai names no round that is open, to one of the calls or to all. */
const wrongRounds: Change = (random, history) => {
  const wrong = (at: number): TriggerPlan => ({
    at,
    by: pick<WrongRound>(random, ['closed', 'future', 'impossible']),
    instance: between(random, 0, history.instances - 1),
  });
  const calls = Array.from({ length: between(random, 1, 4) }, () => wrong(between(random, 0, 50 * MINUTE)));
  const others = chance(random, 0.5) ? [] : firstWebhook(history);
  return { ...calmly(history), triggers: [...others, ...calls] };
};

const HARDSHIPS = [upToTheEnd, stoppedTimers, crowd, limited, wrongRounds] as const satisfies readonly Change[];

/** Without what people do: the clairvoyant does not know what they want. */
function calmly({ triggers }: History): Partial<History> {
  return { triggers: triggers.filter(({ by }) => by !== 'force'), byHand: [], expect: 'if possible' };
}

function firstWebhook({ triggers }: History): TriggerPlan[] {
  const [first] = triggers;
  return first === undefined ? [] : [{ ...first, by: 'webhook' }];
}
