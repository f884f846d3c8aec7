// What lives in a round: the ids of its live data, derived from its number. What else the rows have: datasets.ts.

import { hash } from './derived.ts';
import { refusals } from './errors.ts';
import { type Round, TOURNAMENTS } from './schedules.ts';

/** The number of rows in every live data set. The real ones have thousands. */
export const LIVE_ROWS = 120;

/** The ids of a row, by the column that a submission may name it in. */
export type Ids = Readonly<Record<string, string>>;

interface Universe {
  /** The first is the one that the live data is indexed by. */
  readonly idColumns: readonly [string, ...string[]];
  readonly idsOf: (digest: string) => Ids;
}

const UNIVERSES: Readonly<Record<number, Universe>> = {
  [TOURNAMENTS.classic]: {
    idColumns: ['id'],
    idsOf: (digest) => ({ id: `n${digest.slice(0, 15)}` }),
  },
  // docs.numer.ai/numerai-signals/submissions: a ticker of any of these kinds.
  [TOURNAMENTS.signals]: {
    idColumns: ['numerai_ticker', 'composite_figi', 'bloomberg_ticker', 'cusip', 'sedol'],
    idsOf: (digest) => ({
      numerai_ticker: `${letters(digest, 4)} US`,
      composite_figi: `BBG${digest.slice(0, 9).toUpperCase()}`,
      bloomberg_ticker: `${letters(digest, 4)} US`,
      cusip: digest.slice(0, 9).toUpperCase(),
      sedol: digest.slice(0, 7).toUpperCase(),
    }),
  },
  [TOURNAMENTS.crypto]: {
    idColumns: ['symbol'],
    idsOf: (digest) => ({ symbol: letters(digest, 5) }),
  },
};

export const idColumnsOf = (tournament: number): readonly [string, ...string[]] => universeOf(tournament).idColumns;

/** The rows of a round's live data, each with all its ids. */
export function liveRows({ tournament, number }: Round): Ids[] {
  const { idColumns, idsOf } = universeOf(tournament);
  const rows = new Map<string, Ids>();
  for (let row = 0; rows.size < LIVE_ROWS; row += 1) {
    const ids = idsOf(hash(`live ${tournament} ${number} ${row}`));
    rows.set(ids[idColumns[0]] ?? '', ids);
  }
  return [...rows.values()];
}

function universeOf(tournament: number): Universe {
  const universe = UNIVERSES[tournament];
  if (universe === undefined) throw refusals.tournament();
  return universe;
}

function letters(digest: string, length: number): string {
  return Array.from({ length }, (_, index) =>
    String.fromCharCode(65 + (Number.parseInt(digest.slice(2 * index, 2 * index + 2), 16) % 26)),
  ).join('');
}
