// The secrets of the vault: versions, soft-deletion, who may read them. The rules are those of
// https://learn.microsoft.com/azure/key-vault/secrets/about-secrets and of the REST API's page on deleting a secret.

import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../../src/lib/util/clock.ts';
import type { TokenAuthority } from './tokens.ts';

export const NAME = /^[0-9a-z-]{1,127}$/i;
const LARGEST_VALUE_BYTES = 25 * 1024;

export interface SecretAttributes {
  readonly enabled?: boolean;
  /** `expires` and `notBefore` are informational: the real vault returns expired and future secrets too. */
  readonly expires?: Date;
  readonly notBefore?: Date;
  readonly contentType?: string;
}

export interface VaultOptions {
  readonly tokens: TokenAuthority;
  /** Name to value. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Those that somebody has set since, in addition to these or in their place; asked for at each call. */
  readonly own?: () => Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** Client ids with the role. Default: every caller with a token for the vault. */
  readonly clientIds?: readonly string[];
}

export interface Version {
  readonly version: string;
  readonly value: string;
  readonly attributes: SecretAttributes;
  readonly created: number;
  updated: number;
  enabled: boolean;
}

interface Secret {
  readonly name: string;
  /** Oldest first. */
  readonly versions: Version[];
}

export class Vault {
  /** By lower-case name: Key Vault ignores case. */
  readonly secrets = new Map<string, Secret>();
  /** Deleted ones keep their versions: soft-delete cannot be switched off any more. */
  readonly deleted = new Map<string, Secret>();
  forbidden: ReadonlySet<string> = new Set();
  allowed: ReadonlySet<string> | undefined;
  url = '';
  readonly tokens: TokenAuthority;
  readonly clock: Clock;
  readonly #first: Readonly<Record<string, string>>;
  readonly #ownNow: () => Readonly<Record<string, string>>;
  #own: Readonly<Record<string, string>> = {};

  constructor(options: VaultOptions) {
    this.tokens = options.tokens;
    this.clock = options.clock ?? systemClock;
    this.allowed = options.clientIds && new Set(options.clientIds);
    for (const [name, value] of Object.entries(options.secrets)) this.set(name, value, {});
    this.#first = options.secrets;
    this.#ownNow = options.own ?? (() => ({}));
  }

  /** Takes over what somebody has set or deleted meanwhile. */
  takeOver(): void {
    const own = this.#ownNow();
    for (const [name, value] of Object.entries(own)) if (this.#own[name] !== value) this.set(name, value, {});
    for (const name of Object.keys(this.#own).filter((name) => own[name] === undefined)) {
      const first = Object.entries(this.#first).find(([other]) => other.toLowerCase() === name.toLowerCase());
      if (first === undefined) this.move(name, this.secrets, this.deleted);
      else this.set(name, first[1], {});
    }
    this.#own = own;
  }

  set(name: string, value: string, attributes: SecretAttributes): string {
    if (!NAME.test(name)) {
      throw new Error(`"${name}" is not a valid secret name: use 1 to 127 letters, digits and hyphens.`);
    }
    if (Buffer.byteLength(value) > LARGEST_VALUE_BYTES) {
      throw new Error(`The secret ${name} is larger than ${LARGEST_VALUE_BYTES} bytes.`);
    }
    const now = seconds(this.clock.now());
    const key = name.toLowerCase();
    const secret = this.secrets.get(key) ?? this.deleted.get(key) ?? { name, versions: [] };
    const version = randomBytes(16).toString('hex');
    secret.versions.push({
      version,
      value,
      attributes,
      created: now,
      updated: now,
      enabled: attributes.enabled ?? true,
    });
    this.deleted.delete(key);
    this.secrets.set(key, secret);
    return version;
  }

  get(name: string): Secret {
    const secret = this.secrets.get(name.toLowerCase());
    if (secret === undefined) throw new Error(`There is no secret ${name}.`);
    return secret;
  }

  /** @param version of it; default: the newest one. */
  enable(name: string, version: string | undefined, enabled: boolean): void {
    const { versions } = this.get(name);
    const found = version === undefined ? versions.at(-1) : versions.find((each) => each.version === version);
    if (found === undefined) throw new Error(`The secret ${name} has no such version.`);
    found.enabled = enabled;
    found.updated = seconds(this.clock.now());
  }

  /** From those that there are to the deleted ones, or back. */
  move(name: string, from: Map<string, Secret>, to: Map<string, Secret>): void {
    const secret = from.get(name.toLowerCase());
    if (secret === undefined) return;
    from.delete(name.toLowerCase());
    to.set(name.toLowerCase(), secret);
  }
}

export const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
