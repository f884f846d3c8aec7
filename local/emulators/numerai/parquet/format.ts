// The numbers of the Parquet format (https://parquet.apache.org/docs/file-format/) that files of numbers and texts use.

export const MAGIC = 'PAR1';
export const TYPE = { boolean: 0, int32: 1, int64: 2, float: 4, double: 5, byteArray: 6 } as const;
export const CONVERTED = { utf8: 0, int8: 15 } as const;
export const REPETITION = { required: 0, optional: 1 } as const;
export const ENCODING = { plain: 0, plainDictionary: 2, rle: 3, rleDictionary: 8 } as const;
export const CODEC = { none: 0, snappy: 1, gzip: 2, brotli: 4, zstd: 6 } as const;
export const PAGE = { data: 0, dictionary: 2, dataV2: 3 } as const;

export type Cell = string | number | null;
