// Small Parquet files as pandas writes and reads them: flat columns of texts and numbers.

import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { type Compressors, parquetMetadata, parquetReadObjects, parquetSchema, type SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';

export type Cell = string | number | null;

export interface Column {
  readonly name: string;
  readonly kind: keyof typeof KINDS;
  readonly values: readonly Cell[];
}

/** How the file has it, and the names that pandas has for it. */
const KINDS = {
  text: { element: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, pandas: 'unicode', numpy: 'object' },
  int8: { element: { type: 'INT32', converted_type: 'INT_8' }, pandas: 'int8', numpy: 'int8' },
  float: { element: { type: 'FLOAT' }, pandas: 'float32', numpy: 'float32' },
} as const satisfies Record<string, { element: Omit<SchemaElement, 'name'>; pandas: string; numpy: string }>;

const MAGIC = 'PAR1';

/** Those that pandas offers, beside Snappy, which the library brings along. */
const DECOMPRESSORS: Compressors = {
  GZIP: (bytes) => gunzipSync(bytes),
  BROTLI: (bytes) => brotliDecompressSync(bytes),
  ZSTD: (bytes) => zstdDecompressSync(bytes),
};

export const isParquet = (content: Buffer): boolean => content.subarray(0, 4).toString('latin1') === MAGIC;

/** @param index the column that pandas makes the index of its frame; none by default. */
export function writeParquet(columns: readonly Column[], index?: string): Buffer {
  const elements = columns.map(
    ({ name, kind }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...KINDS[kind].element }),
  );
  const written = parquetWriteBuffer({
    columnData: columns.map(({ name, values }) => ({ name, data: [...values] })),
    schema: [{ name: 'schema', num_children: columns.length }, ...elements],
    kvMetadata: [{ key: 'pandas', value: JSON.stringify(pandasOf(columns, index)) }],
  });
  return Buffer.from(written);
}

/** What is neither a text nor a number, such as a date, is of a column that nobody asks for. */
function cellOf(value: unknown): Cell {
  if (typeof value === 'string') return value;
  return ['number', 'bigint', 'boolean'].includes(typeof value) ? Number(value) : null;
}

/** Columns by name. Throws where the file is not whole. */
export async function readParquet(content: Buffer): Promise<Map<string, Cell[]>> {
  // A copy that is a buffer of its own.
  const file = new Uint8Array(content).buffer;
  const metadata = parquetMetadata(file);
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  const rows = await parquetReadObjects({ file, metadata, compressors: DECOMPRESSORS });
  return new Map(names.map((name) => [name, rows.map((row) => cellOf(row[name]))]));
}

function pandasOf(columns: readonly Column[], index: string | undefined): object {
  return {
    index_columns: index === undefined ? [] : [index],
    column_indexes: [],
    columns: columns.map(({ name, kind }) => ({
      name,
      field_name: name,
      pandas_type: KINDS[kind].pandas,
      numpy_type: KINDS[kind].numpy,
      metadata: null,
    })),
  };
}
