// The data sets of each tournament, in the versions that are current (2026-11): small true files of made-up data.

import { ALL_FEATURES, FEATURE_SETS, featuresOf, randomOf, TARGETS, targetOf } from './features.ts';
import type { Cell } from './parquet/format.ts';
import { type Column, writeParquet } from './parquet/write-parquet.ts';
import { type Round, TOURNAMENTS } from './schedules.ts';
import { hash, idColumnsOf, liveRows } from './universe.ts';

/** Rows with their ids, features and targets. */
interface Rows {
  readonly columns: readonly Column[];
  /** The column that pandas takes for the index. */
  readonly index?: string;
}

type Write = (round: Round) => Buffer;

const ERAS = { train: [1, 80], validation: [81, 100] } as const;
const ROWS_OF_AN_ERA = 25;
const CSV_DECIMALS = 6;
const DAY_MS = 24 * 3_600_000;

const text = (name: string, values: readonly Cell[]): Column => ({ name, kind: 'text', values });
/** The same text in every row. */
const same = (name: string, value: string, count: number): Column => text(name, Array<string>(count).fill(value));
const float = (name: string, values: readonly Cell[]): Column => ({ name, kind: 'float', values });
const parquet = ({ columns, index }: Rows): Buffer => writeParquet(columns, index);

/** By tournament, file by name. */
const FILES: Readonly<Record<number, Readonly<Record<string, Write>>>> = {
  [TOURNAMENTS.classic]: {
    'v5.3/features.json': () => Buffer.from(JSON.stringify(featuresJson())),
    'v5.3/live.csv': (round) => csv(live(round)),
    'v5.3/live.parquet': (round) => parquet(live(round)),
    'v5.3/live_benchmark_models.parquet': (round) => parquet(benchmarks(round)),
    'v5.3/live_example_preds.csv': (round) => csv(examplePredictions(round)),
    'v5.3/live_example_preds.parquet': (round) => parquet(examplePredictions(round)),
    'v5.3/train.parquet': () => parquet(history('train')),
    'v5.3/validation.parquet': () => parquet(history('validation')),
    'v5.3/validation_example_preds.csv': () => csv(validationPredictions()),
    'v5.3/validation_example_preds.parquet': () => parquet(validationPredictions()),
  },
  [TOURNAMENTS.signals]: {
    // The one that `ticker_universe` of numerapi 3.1 asks for.
    'signals/v1.0/live.parquet': (round) => parquet(live(round)),
    'signals/v3.0/live.csv': (round) => csv(live(round)),
    'signals/v3.0/live.parquet': (round) => parquet(live(round)),
    'signals/v3.0/live_example_preds.csv': (round) => csv(examplePredictions(round)),
    'signals/v3.0/live_example_preds.parquet': (round) => parquet(examplePredictions(round)),
  },
  [TOURNAMENTS.crypto]: {
    'crypto/v2.0/live.parquet': (round) => parquet(live(round)),
    'crypto/v2.0/live_example_preds.csv': (round) => csv(examplePredictions(round)),
    'crypto/v2.0/live_example_preds.parquet': (round) => parquet(examplePredictions(round)),
    'crypto/v2.0/live_universe.csv': (round) => csv(live(round)),
    'crypto/v2.0/live_universe.parquet': (round) => parquet(live(round)),
  },
};

/** The names of a tournament's data sets. */
export const datasetNames = (tournament: number): string[] => Object.keys(FILES[tournament] ?? {});

/** A data set of a round; null if there is none of that name. */
export function datasetContent(round: Round, filename: string): Buffer | null {
  const files = FILES[round.tournament] ?? {};
  return Object.hasOwn(files, filename) ? (files[filename]?.(round) ?? null) : null;
}

/** The ids of which the diagnostics want predictions. */
export const validationIds = (): readonly Cell[] => history('validation').columns[0]?.values ?? [];

function live(round: Round): Rows {
  const rows = liveRows(round);
  const idColumns = idColumnsOf(round.tournament);
  const ids = idColumns.map((name) =>
    text(
      name,
      rows.map((row) => row[name] ?? null),
    ),
  );
  const [index] = idColumns;
  const features = featureColumns(rows.map((row) => row[index] ?? ''));
  const kind = same('data_type', 'live', rows.length);
  if (round.tournament !== TOURNAMENTS.classic) {
    // The day whose close the data is of: the one before the round opens.
    const date = new Date(round.openTime.getTime() - DAY_MS).toISOString().slice(0, 10);
    // numerapi's `ticker_universe` reads the tickers from a column, not from the index.
    return { columns: [...ids, same('date', date, rows.length), kind, ...features] };
  }
  // As Numerai's file is: one era that is called X, and targets that nobody knows yet.
  const unknown = Array<null>(rows.length).fill(null);
  const targets = TARGETS.map((name) => float(name, unknown));
  return { index, columns: [...ids, same('era', 'X', rows.length), kind, ...features, ...targets] };
}

function examplePredictions(round: Round): Rows {
  const [index] = idColumnsOf(round.tournament);
  const ids = liveRows(round).map((row) => row[index] ?? '');
  const name = round.tournament === TOURNAMENTS.classic ? 'prediction' : 'signal';
  const columns = [text(index, ids), float(name, ranks(ids.length))];
  return round.tournament === TOURNAMENTS.classic ? { index, columns } : { columns };
}

function benchmarks(round: Round): Rows {
  const values = liveRows(round).map(({ id = '' }) => id);
  const models = ['v53_lgbm_ender20', 'v53_lgbm_ender60'].map((name) => float(name, ranks(values.length)));
  return { index: 'id', columns: [text('id', values), same('era', 'X', values.length), ...models] };
}

function validationPredictions(): Rows {
  const ids = validationIds();
  return { index: 'id', columns: [text('id', ids), float('prediction', ranks(ids.length))] };
}

const ranks = (count: number) => Array.from({ length: count }, (_, index) => (index + 1) / (count + 1));

const histories = new Map<keyof typeof ERAS, Rows>();

/** Eras with their targets. Always the same, so made once. */
function history(part: keyof typeof ERAS): Rows {
  const known = histories.get(part);
  if (known !== undefined) return known;
  const [first, last] = ERAS[part];
  const rows = Array.from({ length: (last - first + 1) * ROWS_OF_AN_ERA }, (_, row) => ({
    id: `n${hash(`${part} ${row}`).slice(0, 15)}`,
    era: String(first + Math.floor(row / ROWS_OF_AN_ERA)).padStart(4, '0'),
  }));
  const ids = rows.map(({ id }) => id);
  const features = featureColumns(ids);
  const targets = TARGETS.map((name) => {
    const random = randomOf(`${part} ${name}`);
    const values = rows.map((_, row) =>
      targetOf(
        features.slice(0, 3).map((column) => Number(column.values[row])),
        (random() % 100) / 100,
      ),
    );
    return float(name, values);
  });
  const eras = text(
    'era',
    rows.map(({ era }) => era),
  );
  const kind = same('data_type', part, rows.length);
  const made = { index: 'id', columns: [text('id', ids), eras, kind, ...features, ...targets] };
  histories.set(part, made);
  return made;
}

function featureColumns(ids: readonly string[]): Column[] {
  const rows = ids.map(featuresOf);
  return ALL_FEATURES.map((name, index) => ({ name, kind: 'int8', values: rows.map((row) => row[index] ?? 0) }));
}

function featuresJson(): object {
  const stats = Object.fromEntries(
    ALL_FEATURES.map((name) => [
      name,
      {
        legacy_uniqueness: null,
        spearman_corr_w_target_nomi_20_mean: 0.001,
        spearman_corr_w_target_nomi_20_sharpe: 0.1,
      },
    ]),
  );
  return { feature_stats: stats, feature_sets: FEATURE_SETS, targets: TARGETS };
}

function csv({ columns }: Rows): Buffer {
  const count = columns[0]?.values.length ?? 0;
  const cell = (value: Cell | undefined, kind: Column['kind']) =>
    kind === 'float' && typeof value === 'number' ? value.toFixed(CSV_DECIMALS) : (value ?? '');
  const lines = Array.from({ length: count }, (_, row) =>
    columns.map(({ values, kind }) => cell(values[row], kind)).join(','),
  );
  return Buffer.from(`${[columns.map(({ name }) => name).join(','), ...lines].join('\n')}\n`);
}
