// The data sets of each tournament, in the versions that are current (2026-11): small true files of made-up data.

import { hash, randomOf } from './derived.ts';
import { type Features, featuresOf, MADE_UP, targetOf } from './features.ts';
import type { Cell, Column } from './parquet.ts';
import { csv, float, parquet, type Rows, same, text } from './rows.ts';
import { type Round, TOURNAMENTS } from './schedules.ts';
import { idColumnsOf, liveRows } from './universe.ts';

type Files = Readonly<Record<string, (round: Round) => Buffer>>;

const ERAS = { train: [1, 80], validation: [81, 100] } as const;
type Part = keyof typeof ERAS;
const ROWS_OF_AN_ERA = 25;
const DAY_MS = 24 * 3_600_000;

export class Datasets {
  readonly #features: Features;
  readonly #files: Readonly<Record<number, Files>>;
  readonly #histories = new Map<Part, Rows>();

  /** @param features of the classic tournament; default: made up. */
  constructor(features: Features = MADE_UP) {
    this.#features = features;
    this.#files = {
      [TOURNAMENTS.classic]: {
        'v5.3/features.json': () => Buffer.from(JSON.stringify(features)),
        'v5.3/live.csv': (round) => csv(this.#live(round)),
        'v5.3/live.parquet': (round) => parquet(this.#live(round)),
        'v5.3/live_benchmark_models.parquet': (round) => parquet(benchmarks(round)),
        'v5.3/live_example_preds.csv': (round) => csv(examplePredictions(round)),
        'v5.3/live_example_preds.parquet': (round) => parquet(examplePredictions(round)),
        'v5.3/train.parquet': () => parquet(this.#history('train')),
        'v5.3/validation.parquet': () => parquet(this.#history('validation')),
        'v5.3/validation_example_preds.csv': () => csv(this.#validationPredictions()),
        'v5.3/validation_example_preds.parquet': () => parquet(this.#validationPredictions()),
      },
      [TOURNAMENTS.signals]: {
        // The one that `ticker_universe` of numerapi 3.1 asks for.
        'signals/v1.0/live.parquet': (round) => parquet(universe(round)),
        'signals/v3.0/live.csv': (round) => csv(universe(round)),
        'signals/v3.0/live.parquet': (round) => parquet(universe(round)),
        'signals/v3.0/live_example_preds.csv': (round) => csv(examplePredictions(round)),
        'signals/v3.0/live_example_preds.parquet': (round) => parquet(examplePredictions(round)),
      },
      [TOURNAMENTS.crypto]: {
        'crypto/v2.0/live.parquet': (round) => parquet(universe(round)),
        'crypto/v2.0/live_example_preds.csv': (round) => csv(examplePredictions(round)),
        'crypto/v2.0/live_example_preds.parquet': (round) => parquet(examplePredictions(round)),
        'crypto/v2.0/live_universe.csv': (round) => csv(universe(round)),
        'crypto/v2.0/live_universe.parquet': (round) => parquet(universe(round)),
      },
    };
  }

  /** The names of a tournament's data sets. */
  names(tournament: number): string[] {
    return Object.keys(this.#files[tournament] ?? {});
  }

  /** A data set of a round; null if there is none of that name. */
  content(round: Round, filename: string): Buffer | null {
    const files = this.#files[round.tournament] ?? {};
    return Object.hasOwn(files, filename) ? (files[filename]?.(round) ?? null) : null;
  }

  /** The ids of which the diagnostics want predictions. */
  validationIds(): readonly Cell[] {
    return this.#history('validation').columns[0]?.values ?? [];
  }

  /** As Numerai's file is: one era that is called X, and targets that nobody knows yet. */
  #live(round: Round): Rows {
    const ids = liveRows(round).map(({ id = '' }) => id);
    const unknown = Array<null>(ids.length).fill(null);
    const columns = [
      text('id', ids),
      same('era', 'X', ids.length),
      same('data_type', 'live', ids.length),
      ...featureColumns(ids, this.#features.feature_sets.all),
      ...this.#features.targets.map((name) => float(name, unknown)),
    ];
    return { index: 'id', columns };
  }

  /** Eras with their targets. Always the same, so made once. */
  #history(part: Part): Rows {
    const known = this.#histories.get(part);
    if (known !== undefined) return known;
    const [first, last] = ERAS[part];
    const count = (last - first + 1) * ROWS_OF_AN_ERA;
    const rows = Array.from({ length: count }, (_, row) => row);
    const ids = rows.map((row) => `n${hash(`${part} ${row}`).slice(0, 15)}`);
    const eras = rows.map((row) => String(first + Math.floor(row / ROWS_OF_AN_ERA)).padStart(4, '0'));
    const features = featureColumns(ids, this.#features.feature_sets.all);
    const telling = features.slice(0, 3);
    const targets = this.#features.targets.map((name) => {
      const random = randomOf(`${part} ${name}`);
      const ofRow = (row: number) => telling.map((column) => Number(column.values[row]));
      const values = rows.map((row) => targetOf(ofRow(row), (random() % 100) / 100));
      return float(name, values);
    });
    const columns = [text('id', ids), text('era', eras), same('data_type', part, count), ...features, ...targets];
    const made = { index: 'id', columns };
    this.#histories.set(part, made);
    return made;
  }

  #validationPredictions(): Rows {
    const ids = this.validationIds();
    return { index: 'id', columns: [text('id', ids), float('prediction', ranks(ids.length))] };
  }
}

/** Live data of Signals and crypto. numerapi's `ticker_universe` reads the tickers from a column, not from the index. */
function universe(round: Round): Rows {
  const rows = liveRows(round);
  const idColumns = idColumnsOf(round.tournament);
  const ofColumn = (name: string) => rows.map((row) => row[name] ?? '');
  // The day whose close the data is of: the one before the round opens.
  const date = new Date(round.openTime.getTime() - DAY_MS).toISOString().slice(0, 10);
  const columns = [
    ...idColumns.map((name) => text(name, ofColumn(name))),
    same('date', date, rows.length),
    same('data_type', 'live', rows.length),
    ...featureColumns(ofColumn(idColumns[0]), MADE_UP.feature_sets.all),
  ];
  return { columns };
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

const ranks = (count: number) => Array.from({ length: count }, (_, index) => (index + 1) / (count + 1));

function featureColumns(ids: readonly string[], names: readonly string[]): Column[] {
  const rows = ids.map((id) => featuresOf(id, names.length));
  return names.map((name, index) => ({ name, kind: 'int8', values: rows.map((row) => row[index] ?? 0) }));
}
