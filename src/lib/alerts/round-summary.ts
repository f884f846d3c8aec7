// The one good message of a day, for those who wish it: how the round went.

import type { Tournament } from '../config/models.ts';
import { costUsd, isGood, type Run } from '../runs/run.ts';
import { submittedAt } from '../runs/slots.ts';
import { dollars } from '../util/dollars.ts';
import { someOf } from '../util/sentences.ts';

/** A round that has been reviewed, with the run of each model that was not paused. */
export interface ReviewedRound {
  readonly tournament: Tournament;
  readonly number: number;
  readonly closeTime: Date;
  readonly models: readonly { readonly name: string; readonly run: Run | null }[];
}

export interface RoundSummaryEvent {
  readonly kind: 'round-summary';
  /** One of each tournament in use. */
  readonly rounds: readonly ReviewedRound[];
}

/** Whether every model has submitted. */
export function isAllGood({ rounds }: RoundSummaryEvent): boolean {
  return rounds.every(({ models }) => models.every(hasSubmitted));
}

const hasSubmitted = ({ run }: ReviewedRound['models'][number]): boolean => run !== null && isGood(run);

/** Names the rounds: there is one message for these. */
export function summaryKey(rounds: readonly Pick<ReviewedRound, 'tournament' | 'number'>[]): string {
  return rounds.map(({ tournament, number }) => `${tournament}-${number}`).join(',');
}

/** What the message says. */
export function summaryContent(event: RoundSummaryEvent) {
  const { rounds } = event;
  const [first, ...others] = rounds.map(({ number }) => number);
  const isOne = others.every((number) => number === first);
  const name = isOne
    ? `Round ${first}`
    : `Rounds ${rounds.map(({ tournament, number }) => `${number} (${tournament})`).join(', ')}`;
  return {
    subject: 'The rounds',
    key: summaryKey(rounds),
    title: `${name}: ${resultOf(rounds)}`,
    text: rounds
      .map((round) => `${round.tournament}, round ${round.number}: ${resultOf([round])}.${missingOf(round)}`)
      .join(' '),
  };
}

/** `12 of 12 submitted, 11 min before the close, $0.31`. */
function resultOf(rounds: readonly ReviewedRound[]): string {
  const models = rounds.flatMap((round) => round.models);
  const left = rounds.flatMap(({ closeTime, models }) =>
    models.filter(hasSubmitted).flatMap(({ run }) => {
      const at = run && submittedAt(run);
      return at === null ? [] : Math.floor((closeTime.getTime() - Date.parse(at)) / 60_000);
    }),
  );
  const costs = models.flatMap(({ run }) => (run && costUsd(run)) ?? []);
  return [
    `${models.filter(hasSubmitted).length} of ${models.length} submitted`,
    left.length > 0 && `${Math.min(...left)} min before the close`,
    costs.length > 0 && dollars(costs.reduce((sum, cost) => sum + cost, 0)),
  ]
    .filter((part) => part !== false)
    .join(', ');
}

function missingOf({ models }: ReviewedRound): string {
  const missing = models.filter((model) => !hasSubmitted(model)).map(({ name }) => name);
  return missing.length === 0 ? '' : ` Without a submission that counts: ${someOf(missing).join(', ')}.`;
}
