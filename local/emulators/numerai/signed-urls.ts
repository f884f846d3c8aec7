// URLs that need no token: anyone who has one may use it for a while, as with the storage behind Numerai.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../src/lib/util/clock.ts';

export class SignedUrls {
  readonly #key = randomBytes(32);
  readonly #clock: Clock;
  readonly #lifetimeMs: number;

  constructor(clock: Clock, lifetimeSeconds: number) {
    this.#clock = clock;
    this.#lifetimeMs = lifetimeSeconds * 1000;
  }

  /** Signed path and query; the emulator's origin goes in front. */
  sign(method: 'GET' | 'PUT', path: string): string {
    const expires = this.#clock.now().getTime() + this.#lifetimeMs;
    return `${path}?expires=${expires}&signature=${this.#signature(method, path, expires)}`;
  }

  check(method: string, url: URL): 'good' | 'expired' | 'wrong' {
    const expires = Number(url.searchParams.get('expires'));
    const given = Buffer.from(url.searchParams.get('signature') ?? '');
    const expected = Buffer.from(this.#signature(method, url.pathname, expires));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'wrong';
    return this.#clock.now().getTime() < expires ? 'good' : 'expired';
  }

  #signature(method: string, path: string, expires: number): string {
    return createHmac('sha256', this.#key).update(`${method} ${path} ${expires}`).digest('hex');
  }
}
