// The table of a season: a row for each policy, below it what each lost and why, and the one line.

import { isFalseAlarm, lossOf } from './losses.ts';
import { isToldInTime, type RoundOutcome, type SeasonOutcome } from './outcomes.ts';

export interface Row {
  readonly name: string;
  readonly outcome: SeasonOutcome;
}

export interface Numbers {
  readonly possible: number;
  /** Of the possible ones. */
  readonly won: number;
  /** Won although the oracle says that nobody could: its rules are on the careful side. */
  readonly beyond: number;
  readonly executionsPerWon: number;
  readonly notWon: number;
  /** Of those not won, possible or not. */
  readonly toldInTime: number;
  readonly falseAlarms: number;
  readonly unexplained: number;
}

export function numbersOf({ rounds, executions }: SeasonOutcome): Numbers {
  const possible = rounds.filter(({ verdict }) => verdict.isPossible);
  const won = possible.filter(({ isWon }) => isWon).length;
  const beyond = rounds.filter(({ verdict, isWon }) => isWon && !verdict.isPossible).length;
  const notWon = rounds.filter(({ isWon, round }) => !isWon && round.open.length > 0);
  return {
    possible: possible.length,
    won,
    beyond,
    executionsPerWon: executions / Math.max(1, won + beyond),
    notWon: notWon.length,
    toldInTime: notWon.filter(isToldInTime).length,
    falseAlarms: rounds.filter(isFalseAlarm).length,
    unexplained: rounds.filter((round) => lossOf(round)?.isExplained === false).length,
  };
}

const percent = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(2)} %`;

/** The line that `npm run seasons` ends with. */
export function lineOf(outcome: SeasonOutcome): string {
  const { possible, won, executionsPerWon, unexplained } = numbersOf(outcome);
  return `possible ${possible}, won ${won} (${percent(won, possible)}), executions per won round ${executionsPerWon.toFixed(3)}, unexplained ${unexplained}`;
}

/** How many rounds there are, and how many of them are disturbed. */
export function summaryOf({ rounds }: SeasonOutcome): string {
  const disturbed = rounds.filter(({ disturbances }) => disturbances.length > 0);
  const byOne = disturbed.filter(({ disturbances }) => disturbances.length === 1);
  return `${rounds.length} rounds of models; ${percent(disturbed.length, rounds.length)} disturbed, ${percent(byOne.length, disturbed.length)} of these by one thing.`;
}

export function tableOf(rows: readonly Row[]): string {
  const heads = [
    '',
    'possible',
    'won',
    'of possible',
    'lost',
    'beyond',
    'executions per won',
    'not won',
    'told in time',
    'won, recorded as lost',
    'unexplained',
  ];
  const cells = rows.map(({ name, outcome }) => {
    const numbers = numbersOf(outcome);
    const { possible, won, beyond, executionsPerWon, notWon, toldInTime, falseAlarms, unexplained } = numbers;
    return [
      name,
      possible,
      won,
      percent(won, possible),
      possible - won,
      beyond,
      executionsPerWon.toFixed(3),
      notWon,
      toldInTime,
      falseAlarms,
      unexplained,
    ].map(String);
  });
  const widths = heads.map((head, column) => Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return [line(heads), ...cells.map(line), '', ...rows.flatMap(lossesOf)].join('\n');
}

const LISTED = 40;

function lossesOf({ name, outcome }: Row): string[] {
  const losses = outcome.rounds.flatMap((round) => {
    const loss = lossOf(round);
    return loss === null
      ? []
      : [
          {
            round,
            what: `${loss.isExplained ? '' : 'UNEXPLAINED '}${loss.cause} (${round.disturbances.join(', ') || 'undisturbed'})`,
          },
        ];
  });
  if (losses.length === 0) return [`${name}: nothing lost.`, ''];
  const grouped = [...Map.groupBy(losses, ({ what }) => what)].sort(([, one], [, other]) => other.length - one.length);
  const listed = grouped.slice(0, LISTED);
  return [
    `${name}: lost, as recorded, and what had disturbed it`,
    ...listed.map(
      ([what, list]) =>
        `  ${String(list.length).padStart(4)}  ${what}, as in ${list[0] === undefined ? '' : labelOf(list[0].round)}`,
    ),
    ...(grouped.length > LISTED ? [`  … and ${grouped.length - LISTED} more kinds`] : []),
    '',
  ];
}

/** What `--explain` takes. */
export const labelOf = ({ model, round }: Pick<RoundOutcome, 'model' | 'round'>) => `${model.name}/${round.number}`;
