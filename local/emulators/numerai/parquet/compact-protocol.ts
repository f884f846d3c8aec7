// Thrift's compact protocol, as far as the metadata of Parquet files needs it.

/** A value with its type in the protocol. */
export interface Encoded {
  readonly type: number;
  readonly bytes: Buffer;
}

/** Fields by their ids. */
export type Struct = ReadonlyMap<number, Value>;
export type Value = number | boolean | Buffer | Struct | readonly Value[];

const TYPE = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  struct: 12,
} as const;
const LONG_LIST = 15;

/** An unsigned number in groups of seven bits. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

const zigzag = (value: number) => (value < 0 ? -2 * value - 1 : 2 * value);

export const i32 = (value: number): Encoded => ({ type: TYPE.i32, bytes: varint(zigzag(value)) });
export const i64 = (value: number): Encoded => ({ type: TYPE.i64, bytes: varint(zigzag(value)) });

export function text(value: string): Encoded {
  const bytes = Buffer.from(value);
  return { type: TYPE.binary, bytes: Buffer.concat([varint(bytes.length), bytes]) };
}

/** A list with at least one item. All are of one type. */
export function list(items: readonly Encoded[]): Encoded {
  const type = items[0]?.type ?? TYPE.struct;
  const head =
    items.length < LONG_LIST
      ? Buffer.from([(items.length << 4) | type])
      : Buffer.concat([Buffer.from([(LONG_LIST << 4) | type]), varint(items.length)]);
  return { type: TYPE.list, bytes: Buffer.concat([head, ...items.map(({ bytes }) => bytes)]) };
}

/** A struct from its fields by id. Ids lie at most 15 apart. */
export function struct(fields: Readonly<Record<number, Encoded>>): Encoded {
  const parts: Buffer[] = [];
  let last = 0;
  for (const [key, { type, bytes }] of Object.entries(fields)) {
    parts.push(Buffer.from([((Number(key) - last) << 4) | type]), bytes);
    last = Number(key);
  }
  return { type: TYPE.struct, bytes: Buffer.concat([...parts, Buffer.from([0])]) };
}

/** Reads values one after the other. Throws a `RangeError` past the end. */
export class CompactReader {
  readonly #buffer: Buffer;
  at: number;

  constructor(buffer: Buffer, at = 0) {
    this.#buffer = buffer;
    this.at = at;
  }

  byte(): number {
    return this.#buffer.readUInt8(this.at++);
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  bytes(length: number): Buffer {
    if (this.at + length > this.#buffer.length) throw new RangeError('The file ends too early.');
    this.at += length;
    return this.#buffer.subarray(this.at - length, this.at);
  }

  struct(): Struct {
    const fields = new Map<number, Value>();
    let id = 0;
    for (;;) {
      const head = this.byte();
      if (head === 0) return fields;
      id = head >> 4 === 0 ? this.#integer() : id + (head >> 4);
      fields.set(id, this.#value(head & 0x0f));
    }
  }

  #integer(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #value(type: number): Value {
    switch (type) {
      case TYPE.true:
        return true;
      case TYPE.false:
        return false;
      case TYPE.byte:
        return this.byte();
      case TYPE.i16:
      case TYPE.i32:
      case TYPE.i64:
        return this.#integer();
      case TYPE.double:
        return this.bytes(8).readDoubleLE();
      case TYPE.binary:
        return this.bytes(this.varint());
      case TYPE.list:
      case TYPE.set:
        return this.#list();
      case TYPE.struct:
        return this.struct();
      default:
        throw new RangeError(`A value of type ${type} is not expected.`);
    }
  }

  #list(): Value[] {
    const head = this.byte();
    const type = head & 0x0f;
    const size = head >> 4 === LONG_LIST ? this.varint() : head >> 4;
    // In a list each boolean has a byte of its own.
    const isBoolean = type === TYPE.true || type === TYPE.false;
    return Array.from({ length: size }, () => (isBoolean ? this.byte() === TYPE.true : this.#value(type)));
  }
}
