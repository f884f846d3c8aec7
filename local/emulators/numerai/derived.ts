// What is made up of a name, always the same for the same one.

import { createHash } from 'node:crypto';

/** 64 hexadecimal digits. */
export function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A UUID. */
export function uuidOf(name: string): string {
  const hex = hash(name);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Numbers below 2³² (xorshift). */
export function randomOf(seed: string): () => number {
  let state = Number.parseInt(hash(seed).slice(0, 8), 16) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
