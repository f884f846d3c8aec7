// The live data of a round, derived from its number, and the check of predictions for it.

import { createHash } from 'node:crypto';
import { refusals } from './errors.ts';
import { type Round, TOURNAMENTS } from './schedules.ts';

/** The number of rows in every live data set. The real ones have thousands. */
export const LIVE_ROWS = 120;
const FEATURES = ['feature_agile', 'feature_brisk', 'feature_calm', 'feature_dusky', 'feature_eager'];

interface Format {
  /** The name of the live data in `listDatasets`. */
  readonly live: string;
  readonly examplePredictions: string;
  readonly idColumn: string;
  readonly predictionColumn: string;
  readonly makeId: (digest: string) => string;
}

const FORMATS: Readonly<Record<number, Format>> = {
  [TOURNAMENTS.classic]: {
    live: 'v5.0/live.csv',
    examplePredictions: 'v5.0/live_example_preds.csv',
    idColumn: 'id',
    predictionColumn: 'prediction',
    makeId: (digest) => `n${digest.slice(0, 15)}`,
  },
  [TOURNAMENTS.signals]: {
    live: 'signals/v2.0/live.csv',
    examplePredictions: 'signals/v2.0/live_example_preds.csv',
    idColumn: 'numerai_ticker',
    predictionColumn: 'signal',
    makeId: (digest) => `${letters(digest, 4)} US`,
  },
  [TOURNAMENTS.crypto]: {
    live: 'crypto/v1.0/live_universe.csv',
    examplePredictions: 'crypto/v1.0/live_example_preds.csv',
    idColumn: 'symbol',
    predictionColumn: 'signal',
    makeId: (digest) => letters(digest, 5),
  },
};

/** The names of a tournament's data sets. */
export function datasetNames(tournament: number): string[] {
  const { live, examplePredictions } = formatOf(tournament);
  return [examplePredictions, live];
}

/** A data set of a round as CSV; null if there is none of that name. */
export function datasetContent(round: Round, filename: string): string | null {
  const format = formatOf(round.tournament);
  const ids = liveIds(round);
  if (filename === format.live) {
    const header = [format.idColumn, 'era', 'data_type', ...FEATURES].join(',');
    const rows = ids.map((id) => [id, 'X', 'live', ...features(id)].join(','));
    return `${[header, ...rows].join('\n')}\n`;
  }
  if (filename === format.examplePredictions) {
    const rows = ids.map((id, index) => `${id},${((index + 1) / (ids.length + 1)).toFixed(6)}`);
    return `${[`${format.idColumn},${format.predictionColumn}`, ...rows].join('\n')}\n`;
  }
  return null;
}

/** The ids that a submission for the round must contain, each once. */
function liveIds(round: Round): string[] {
  const { makeId } = formatOf(round.tournament);
  const ids = new Set<string>();
  for (let row = 0; ids.size < LIVE_ROWS; row += 1) {
    ids.add(makeId(hash(`live ${round.tournament} ${round.number} ${row}`)));
  }
  return [...ids];
}

/**
 * Checks predictions as Numerai does: the columns, one row for each id of the live data, values strictly
 * between 0 and 1. Returns the number of rows.
 */
export function checkPredictions(round: Round, csv: string): number {
  const { idColumn, predictionColumn } = formatOf(round.tournament);
  const [columns = [], ...rows] = csv
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1')));
  const idAt = columns.indexOf(idColumn);
  const valueAt = columns.indexOf(predictionColumn);
  if (idAt < 0 || valueAt < 0) throw refusals.columns(`${idColumn}, ${predictionColumn}`);
  const seen = new Set<string>();
  for (const row of rows) {
    const id = row[idAt] ?? '';
    if (seen.has(id)) throw refusals.duplicateIds();
    seen.add(id);
    const cell = row[valueAt] ?? '';
    const value = cell === '' ? Number.NaN : Number(cell);
    if (!(value > 0 && value < 1)) throw refusals.values();
  }
  const ids = liveIds(round);
  if (seen.size !== ids.length || ids.some((id) => !seen.has(id))) throw refusals.liveIds();
  return rows.length;
}

function formatOf(tournament: number): Format {
  const format = FORMATS[tournament];
  if (format === undefined) throw refusals.tournament();
  return format;
}

function features(id: string): number[] {
  const digest = hash(`features ${id}`);
  return FEATURES.map((_, index) => Number.parseInt(digest.slice(2 * index, 2 * index + 2), 16) % 5);
}

function letters(digest: string, length: number): string {
  return Array.from({ length }, (_, index) =>
    String.fromCharCode(65 + (Number.parseInt(digest.slice(2 * index, 2 * index + 2), 16) % 26)),
  ).join('');
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
