// What came of each model's round, and the table of it.

import { TOURNAMENTS } from '../../../local/emulators/numerai/schedules.ts';
import type { Attempt } from '../app/record.ts';
import type { Kind } from './scenarios.ts';
import type { Outcome } from './variants.ts';

export interface RoundOutcome {
  readonly model: string;
  readonly tournament: number;
  readonly round: number;
  readonly kind: Kind;
  /** What Numerai has. */
  readonly submission: 'on time' | 'late' | 'none';
  readonly byHand: boolean;
  readonly submissions: number;
  /** Oldest first. */
  readonly attempts: readonly Attempt[];
}

/** One entry for each model and round that took place. */
export function outcomesOf({ season, attempts }: Outcome): readonly RoundOutcome[] {
  const byModel = Map.groupBy(attempts, ({ model }) => model);
  return season.models.flatMap((model) =>
    season.rounds
      .filter((round) => round.tournament === TOURNAMENTS[model.tournament])
      .map((round): RoundOutcome => {
        const submissions = season.world.numerai.submissionsOf(model.id, round.number);
        const own = (byModel.get(model.name) ?? []).filter((attempt) =>
          attempt.round === null
            ? // Numerai could not be asked: it belongs to the round of its time.
              attempt.requestedAt >= round.openTime.toISOString() && attempt.requestedAt < round.closeTime.toISOString()
            : attempt.round === round.number,
        );
        const kind = season.kindOf(model, round);
        return {
          model: model.name,
          tournament: round.tournament,
          round: round.number,
          kind,
          submission: submissions.some(({ late }) => !late) ? 'on time' : submissions.length > 0 ? 'late' : 'none',
          byHand: kind === 'submitted by hand',
          submissions: submissions.length,
          attempts: own,
        };
      }),
  );
}

export interface Row {
  readonly name: string;
  readonly outcomes: readonly RoundOutcome[];
}

/** The table: a row for each who answered the webhooks, and below it what was missed and why. */
export function tableOf(rows: readonly Row[]): string {
  const heads = ['', 'rounds', 'on time', 'by webhook', 'by fallback', 'by hand', 'retried', 'late', 'missed'];
  const cells = rows.map(({ name, outcomes }) => {
    const onTime = outcomes.filter(({ submission }) => submission === 'on time');
    const first = (trigger: string) =>
      onTime.filter(({ attempts, byHand }) => !byHand && attempts.at(-1)?.trigger === trigger).length;
    const hasRecord = outcomes.some(({ attempts }) => attempts.length > 0);
    return [
      name,
      outcomes.length,
      onTime.length,
      hasRecord ? first('webhook') : onTime.filter(({ byHand }) => !byHand).length,
      first('timer'),
      onTime.filter(({ byHand, attempts }) => byHand && attempts.every(({ execution }) => execution === null)).length,
      onTime.filter(({ attempts }) => (attempts.at(-1)?.number ?? 0) > 1).length,
      outcomes.filter(({ submission }) => submission === 'late').length,
      outcomes.filter(({ submission }) => submission === 'none').length,
    ].map(String);
  });
  const widths = heads.map((head, column) => Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return [line(heads), ...cells.map(line), '', ...rows.flatMap(reasons)].join('\n');
}

function reasons({ name, outcomes }: Row): string[] {
  const bad = outcomes.filter(({ submission }) => submission !== 'on time');
  if (bad.length === 0) return [`${name}: nothing late, nothing missed.`];
  const counted = Map.groupBy(bad, ({ submission, kind }) => `${submission === 'late' ? 'late' : 'missed'}, ${kind}`);
  return [
    `${name}:`,
    ...[...counted]
      .sort(([, a], [, b]) => b.length - a.length)
      .map(([why, list]) => `  ${String(list.length).padStart(4)}  ${why}`),
  ];
}
