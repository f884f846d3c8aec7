// The predictions: a deterministic number for every row of the live data.

import { EXIT, Failure } from './failures.ts';
import type { Model } from './model.ts';

/** The newest version of a tournament's live data among all data sets. It must be a CSV file. */
export function chooseLiveData(names: readonly string[], tournament: number): string {
  const [newest] = names
    .filter((name) => LIVE_DATA[tournament]?.test(name))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  if (newest !== undefined) return newest;
  throw new Failure(
    EXIT.unavailable,
    `No data set is live data in CSV, the only format that this demo reads. Available: ${names.join(', ') || 'none'}.`,
  );
}

const LIVE_DATA: Readonly<Record<number, RegExp>> = {
  8: /^v[\d.]+\/live\.csv$/,
  11: /^signals\/v[\d.]+\/live\.csv$/,
  12: /^crypto\/v[\d.]+\/live_universe\.csv$/,
};

export interface Predictions {
  readonly csv: string;
  readonly rows: number;
}

/**
 * Ranks the rows by the weighted mean of their features and spreads the ranks evenly over (0, 1). The id column keeps its
 * name; the name of the prediction column depends on the tournament.
 */
export function predict(liveData: string, tournament: number, { weights }: Model): Predictions {
  const [header = '', ...lines] = liveData.split(/\r?\n/).filter((line) => line !== '');
  const columns = header.split(',');
  const [idColumn = ''] = columns;
  const featureAt = columns.flatMap((name, index) => (name.startsWith('feature') ? [index] : []));
  const rows = lines.map((line) => {
    const cells = line.split(',');
    const weightOf = (feature: number) => weights[feature % weights.length] ?? 0;
    const sum = featureAt.reduce((total, index, feature) => total + weightOf(feature) * Number(cells[index]), 0);
    return { id: cells[0] ?? '', score: sum / Math.max(1, featureAt.length) };
  });
  if (rows.length === 0) throw new Failure(EXIT.unavailable, 'The live data set has no rows.');
  const ranked = rows.toSorted((a, b) => a.score - b.score || (a.id < b.id ? -1 : 1));
  const body = ranked.map(({ id }, rank) => `${id},${((rank + 0.5) / rows.length).toFixed(6)}`);
  const predictionColumn = tournament === CLASSIC ? 'prediction' : 'signal';
  return { csv: `${[`${idColumn},${predictionColumn}`, ...body].join('\n')}\n`, rows: rows.length };
}

const CLASSIC = 8;
