// URLs that need no token: whoever has one may use it, for a while. As the storage behind Numerai does it.

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

  /** Path and query, to be put behind the emulator's origin. */
  sign(method: 'GET' | 'PUT', path: string): string {
    const expires = this.#clock.now().getTime() + this.#lifetimeMs;
    return `${path}?expires=${expires}&signature=${this.#signature(method, path, expires)}`;
  }

  check(method: string, url: URL): 'good' | 'expired' | 'wrong' {
    const expires = Number(url.searchParams.get('expires'));
    const given = Buffer.from(url.searchParams.get('signature') ?? '');
    const wanted = Buffer.from(this.#signature(method, url.pathname, expires));
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return 'wrong';
    return this.#clock.now().getTime() < expires ? 'good' : 'expired';
  }

  #signature(method: string, path: string, expires: number): string {
    return createHmac('sha256', this.#key).update(`${method} ${path} ${expires}`).digest('hex');
  }
}
