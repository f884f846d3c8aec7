import { LOG_LIMIT_BYTES } from './runtime.ts';

/** Keeps the last part of what is written to it, from the start of a line if there is one. */
export class LogBuffer {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(limitBytes: number = LOG_LIMIT_BYTES) {
    this.#limit = limitBytes;
  }

  append(text: Buffer | string): void {
    const chunk = typeof text === 'string' ? Buffer.from(text) : text;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    // Cut only now and then: a container that writes byte by byte must not cost a copy of the log per byte.
    if (this.#size > 2 * this.#limit) this.#cut();
  }

  text(): string {
    if (this.#size > this.#limit) this.#cut();
    return Buffer.concat(this.#chunks).toString('utf8');
  }

  #cut(): void {
    const whole = Buffer.concat(this.#chunks);
    const tail = whole.subarray(Math.max(0, whole.length - this.#limit));
    const firstLineEnd = tail.indexOf(0x0a);
    const kept = tail.length < whole.length && firstLineEnd >= 0 ? tail.subarray(firstLineEnd + 1) : tail;
    this.#chunks = [Buffer.from(kept)];
    this.#size = kept.length;
  }
}
