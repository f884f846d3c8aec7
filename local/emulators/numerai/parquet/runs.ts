// Parquet's hybrid of runs and packed bits: for levels, and for places in a dictionary.

import { CompactReader } from './compact-protocol.ts';

/** Reads `count` numbers of `width` bits each. */
export function readRuns(bytes: Buffer, width: number, count: number): number[] {
  const reader = new CompactReader(bytes);
  const values: number[] = [];
  while (values.length < count) {
    const head = reader.varint();
    if (head % 2 === 0) {
      const value = littleEndian(reader.bytes(Math.ceil(width / 8)));
      for (let left = Math.min(head / 2, count - values.length); left > 0; left -= 1) values.push(value);
    } else {
      const groups = (head - 1) / 2;
      values.push(...unpack(reader.bytes(groups * width), width, Math.min(groups * 8, count - values.length)));
    }
  }
  return values;
}

const littleEndian = (bytes: Buffer) => bytes.reduceRight((value, byte) => value * 256 + byte, 0);

function unpack(bytes: Buffer, width: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    let value = 0;
    for (let bit = width - 1; bit >= 0; bit -= 1) {
      const at = index * width + bit;
      value = value * 2 + (((bytes[at >> 3] ?? 0) >> (at & 7)) & 1);
    }
    return value;
  });
}
