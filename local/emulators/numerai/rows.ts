// Rows of a data set by columns, and the files that they make.

import { type Cell, type Column, writeParquet } from './parquet.ts';

/** Rows with their ids, features and targets. */
export interface Rows {
  readonly columns: readonly Column[];
  /** The column that pandas takes for the index. */
  readonly index?: string;
}

const CSV_DECIMALS = 6;

export const text = (name: string, values: readonly Cell[]): Column => ({ name, kind: 'text', values });
/** The same text in every row. */
export const same = (name: string, value: string, count: number): Column =>
  text(name, Array<string>(count).fill(value));
export const float = (name: string, values: readonly Cell[]): Column => ({ name, kind: 'float', values });

export const parquet = ({ columns, index }: Rows): Buffer => writeParquet(columns, index);

export function csv({ columns }: Rows): Buffer {
  const count = columns[0]?.values.length ?? 0;
  const cell = (value: Cell | undefined, kind: Column['kind']) =>
    kind === 'float' && typeof value === 'number' ? value.toFixed(CSV_DECIMALS) : (value ?? '');
  const lines = Array.from({ length: count }, (_, row) =>
    columns.map(({ values, kind }) => cell(values[row], kind)).join(','),
  );
  return Buffer.from(`${[columns.map(({ name }) => name).join(','), ...lines].join('\n')}\n`);
}
