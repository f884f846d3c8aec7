// Small Parquet files: one row group, one plain page a column, no compression.

import { type Encoded, i32, i64, list, struct, text, varint } from './compact-protocol.ts';
import { type Cell, CODEC, CONVERTED, ENCODING, MAGIC, PAGE, REPETITION, TYPE } from './format.ts';

export interface Column {
  readonly name: string;
  readonly kind: keyof typeof KINDS;
  readonly values: readonly Cell[];
}

interface Kind {
  readonly type: number;
  readonly converted?: number;
  /** The names that pandas has for it. */
  readonly pandas: string;
  readonly numpy: string;
  readonly encode: (values: readonly NonNullable<Cell>[]) => Buffer;
}

const KINDS = {
  text: {
    type: TYPE.byteArray,
    converted: CONVERTED.utf8,
    pandas: 'unicode',
    numpy: 'object',
    encode: (values) =>
      Buffer.concat(
        values.flatMap((value) => {
          const bytes = Buffer.from(String(value));
          const length = Buffer.alloc(4);
          length.writeUInt32LE(bytes.length);
          return [length, bytes];
        }),
      ),
  },
  int8: {
    type: TYPE.int32,
    converted: CONVERTED.int8,
    pandas: 'int8',
    numpy: 'int8',
    encode: (values) => Buffer.from(Int32Array.from(values, Number).buffer),
  },
  float: {
    type: TYPE.float,
    pandas: 'float32',
    numpy: 'float32',
    encode: (values) => Buffer.from(Float32Array.from(values, Number).buffer),
  },
} as const satisfies Record<string, Kind>;

/** @param index the column that pandas makes the index of its frame; none by default. */
export function writeParquet(columns: readonly Column[], index?: string): Buffer {
  const rows = columns[0]?.values.length ?? 0;
  const parts: Buffer[] = [Buffer.from(MAGIC)];
  let offset = MAGIC.length;
  const chunks = columns.map((column) => {
    const page = pageOf(column);
    const chunk = chunkOf(column, offset, page.length);
    parts.push(page);
    offset += page.length;
    return chunk;
  });
  const metadata = struct({
    1: i32(1),
    2: list([struct({ 4: text('schema'), 5: i32(columns.length) }), ...columns.map(schemaOf)]),
    3: i64(rows),
    4: list([struct({ 1: list(chunks), 2: i64(offset - MAGIC.length), 3: i64(rows) })]),
    5: list([struct({ 1: text('pandas'), 2: text(JSON.stringify(pandasOf(columns, index))) })]),
    6: text("Numerai's emulator"),
  });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(metadata.bytes.length);
  return Buffer.concat([...parts, metadata.bytes, length, Buffer.from(MAGIC)]);
}

function schemaOf({ name, kind }: Column): Encoded {
  const { type, ...rest }: Kind = KINDS[kind];
  const converted: Record<number, Encoded> = rest.converted === undefined ? {} : { 6: i32(rest.converted) };
  return struct({ 1: i32(type), 3: i32(REPETITION.optional), 4: text(name), ...converted });
}

function pageOf({ kind, values }: Column): Buffer {
  const { encode }: Kind = KINDS[kind];
  const levels = definitionLevels(values);
  const body = Buffer.concat([levels, encode(values.filter((value) => value !== null))]);
  const header = struct({
    1: i32(PAGE.data),
    2: i32(body.length),
    3: i32(body.length),
    5: struct({
      1: i32(values.length),
      2: i32(ENCODING.plain),
      3: i32(ENCODING.rle),
      4: i32(ENCODING.rle),
    }),
  });
  return Buffer.concat([header.bytes, body]);
}

/** Which values are there: runs of 1 and 0, after their length in bytes. */
function definitionLevels(values: readonly Cell[]): Buffer {
  const runs: Buffer[] = [];
  for (let start = 0; start < values.length; ) {
    const isNull = values[start] === null;
    let end = start + 1;
    while (end < values.length && (values[end] === null) === isNull) end += 1;
    runs.push(varint((end - start) << 1), Buffer.from([isNull ? 0 : 1]));
    start = end;
  }
  const body = Buffer.concat(runs);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([length, body]);
}

function chunkOf({ name, kind, values }: Column, offset: number, size: number): Encoded {
  return struct({
    2: i64(offset),
    3: struct({
      1: i32(KINDS[kind].type),
      2: list([i32(ENCODING.plain), i32(ENCODING.rle)]),
      3: list([text(name)]),
      4: i32(CODEC.none),
      5: i64(values.length),
      6: i64(size),
      7: i64(size),
      9: i64(offset),
    }),
  });
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
