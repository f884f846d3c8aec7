// Parquet files as pandas and pyarrow write them: flat columns of numbers and texts, plain or by dictionary, with any
// of the usual compressions. What else a file may hold is refused.

import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { CompactReader, type Struct, type Value } from './compact-protocol.ts';
import { type Cell, CODEC, ENCODING, MAGIC, PAGE, REPETITION, TYPE } from './format.ts';
import { readRuns } from './runs.ts';
import { decompressSnappy } from './snappy.ts';

export const isParquet = (content: Buffer): boolean => content.subarray(0, 4).toString('latin1') === MAGIC;

/** Columns by name. Throws where the file is not whole, or holds what is not supported. */
export function readParquet(content: Buffer): Map<string, Cell[]> {
  const tail = content.subarray(-8);
  if (!isParquet(content) || tail.subarray(4).toString('latin1') !== MAGIC)
    throw new RangeError('The file is not whole.');
  const length = tail.readUInt32LE();
  const metadata = new CompactReader(content, content.length - 8 - length).struct();
  const isOptional = new Map(
    structs(metadata.get(2)).map((element) => [asText(element.get(4)), element.get(3) === REPETITION.optional]),
  );
  const columns = new Map<string, Cell[]>();
  for (const group of structs(metadata.get(4))) {
    for (const chunk of structs(group.get(1))) {
      const column = asStruct(chunk.get(3));
      const path = column.get(3);
      const [name, ...inner] = Array.isArray(path) ? path.map(asText) : [];
      if (name === undefined || inner.length > 0) throw new RangeError('Columns must not be nested.');
      const values = readChunk(content, column, isOptional.get(name) === true);
      columns.set(name, [...(columns.get(name) ?? []), ...values]);
    }
  }
  return columns;
}

function readChunk(content: Buffer, column: Struct, isOptional: boolean): Cell[] {
  const type = asNumber(column.get(1));
  const codec = asNumber(column.get(4));
  const count = asNumber(column.get(5));
  const dataAt = asNumber(column.get(9));
  const reader = new CompactReader(content, Math.min(dataAt, asNumber(column.get(11) ?? dataAt)));
  const values: Cell[] = [];
  let dictionary: Cell[] = [];
  while (values.length < count) {
    const header = reader.struct();
    const body = reader.bytes(asNumber(header.get(3)));
    const size = asNumber(header.get(2));
    if (header.get(1) === PAGE.dictionary) {
      dictionary = readPlain(decompress(codec, body, size), type, asNumber(asStruct(header.get(7)).get(1)));
    } else if (header.get(1) === PAGE.data) {
      values.push(...readPage(decompress(codec, body, size), asStruct(header.get(5)), type, dictionary, isOptional));
    } else throw new RangeError('A page of this kind is not supported.');
  }
  return values;
}

function readPage(page: Buffer, header: Struct, type: number, dictionary: Cell[], isOptional: boolean): Cell[] {
  const count = asNumber(header.get(1));
  const encoding = header.get(2);
  let rest = page;
  let levels: number[] = [];
  if (isOptional) {
    const length = page.readUInt32LE();
    levels = readRuns(page.subarray(4, 4 + length), 1, count);
    rest = page.subarray(4 + length);
  }
  const present = isOptional ? levels.filter((level) => level === 1).length : count;
  const values =
    encoding === ENCODING.plainDictionary || encoding === ENCODING.rleDictionary
      ? readRuns(rest.subarray(1), rest[0] ?? 0, present).map((at) => dictionary[at] ?? null)
      : readPlain(rest, type, present);
  if (!isOptional) return values;
  let next = 0;
  return levels.map((level) => (level === 1 ? (values[next++] ?? null) : null));
}

function readPlain(bytes: Buffer, type: number, count: number): Cell[] {
  const numbers = (size: number, read: (at: number) => number) =>
    Array.from({ length: count }, (_, index) => read(index * size));
  switch (type) {
    case TYPE.boolean:
      return numbers(1, (at) => ((bytes[at >> 3] ?? 0) >> (at & 7)) & 1);
    case TYPE.int32:
      return numbers(4, (at) => bytes.readInt32LE(at));
    case TYPE.int64:
      return numbers(8, (at) => Number(bytes.readBigInt64LE(at)));
    case TYPE.float:
      return numbers(4, (at) => bytes.readFloatLE(at));
    case TYPE.double:
      return numbers(8, (at) => bytes.readDoubleLE(at));
    case TYPE.byteArray: {
      let at = 0;
      return Array.from({ length: count }, () => {
        const length = bytes.readUInt32LE(at);
        at += 4 + length;
        return bytes.toString('utf8', at - length, at);
      });
    }
    default:
      throw new RangeError('A column of this type is not supported.');
  }
}

function decompress(codec: number, body: Buffer, size: number): Buffer {
  switch (codec) {
    case CODEC.none:
      return body;
    case CODEC.snappy:
      return decompressSnappy(body, size);
    case CODEC.gzip:
      return gunzipSync(body);
    case CODEC.brotli:
      return brotliDecompressSync(body);
    case CODEC.zstd:
      return zstdDecompressSync(body);
    default:
      throw new RangeError('This compression is not supported.');
  }
}

function asNumber(value: Value | undefined): number {
  if (typeof value !== 'number') throw new RangeError('A number is missing.');
  return value;
}

function asText(value: Value | undefined): string {
  if (!Buffer.isBuffer(value)) throw new RangeError('A name is missing.');
  return value.toString('utf8');
}

function asStruct(value: Value | undefined): Struct {
  if (!(value instanceof Map)) throw new RangeError('A part is missing.');
  return value;
}

function structs(value: Value | undefined): Struct[] {
  if (!Array.isArray(value)) throw new RangeError('A list is missing.');
  return value.map(asStruct);
}
