// Snappy, in which pandas and pyarrow compress what they write (https://github.com/google/snappy, format_description.txt).

import { CompactReader } from './compact-protocol.ts';

/** Decompresses to `size` bytes. Throws where the content is not whole. */
export function decompressSnappy(content: Buffer, size: number): Buffer {
  const reader = new CompactReader(content);
  if (reader.varint() !== size) throw new RangeError('The sizes of a page do not agree.');
  const result = Buffer.alloc(size);
  let at = 0;
  const number = (length: number) => reader.bytes(length).readUIntLE(0, length);
  while (at < size) {
    const tag = reader.byte();
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const length = (short < 60 ? short : number(short - 59)) + 1;
      at += reader.bytes(length).copy(result, at);
      continue;
    }
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const back = kind === 1 ? ((tag >> 5) << 8) | reader.byte() : number(kind === 2 ? 2 : 4);
    if (back === 0 || back > at || at + length > size) throw new RangeError('A page refers to what it does not have.');
    // Byte by byte: what is copied may overlap what it is copied to.
    for (let left = length; left > 0; left -= 1, at += 1) result[at] = result[at - back] ?? 0;
  }
  return result;
}
