// The accounts, their API keys and their models.

import { createHash, timingSafeEqual } from 'node:crypto';
import { uuidOf } from './derived.ts';
import { refusals } from './errors.ts';
import { assertTournament } from './rounds.ts';

/** The permissions that an API key can have, by Numerai's names. */
const SCOPES = [
  'read_user_info',
  'read_submission_info',
  'upload_submission',
  'download_submission',
  'stake',
  'write_user_info',
] as const;
export type Scope = (typeof SCOPES)[number];

export interface ModelOptions {
  /** Default: a UUID derived from the name. */
  readonly id?: string;
  readonly name: string;
  /** 8, 11 or 12; default 8. */
  readonly tournament?: number;
  readonly webhook?: string | null;
}

export interface AccountOptions {
  readonly username: string;
  readonly publicId: string;
  readonly secretKey: string;
  /** Default: all. */
  readonly scopes?: readonly Scope[];
  readonly models?: readonly ModelOptions[];
}

export interface Model {
  readonly id: string;
  /** Its owner may rename it. */
  name: string;
  readonly tournament: number;
  readonly username: string;
  webhook: string | null;
  /** Of its profile. */
  bio: string | null;
}

export interface Account {
  readonly id: string;
  readonly username: string;
  readonly publicId: string;
  readonly secretKey: string;
  readonly scopes: readonly Scope[];
}

export class Accounts {
  readonly #accounts = new Map<string, Account>();
  readonly #models = new Map<string, Model>();
  readonly #revoked = new Set<string>();

  constructor(accounts: readonly AccountOptions[]) {
    for (const account of accounts) this.add(account);
  }

  add({ models = [], scopes = SCOPES, ...account }: AccountOptions): Account {
    const added: Account = { ...account, scopes, id: uuidOf(`account ${account.username}`) };
    this.#accounts.set(account.publicId, added);
    for (const model of models) this.addModel(account.username, model);
    return added;
  }

  addModel(username: string, options: ModelOptions): Model {
    const tournament = options.tournament ?? 8;
    assertTournament(tournament);
    const id = options.id ?? uuidOf(`model ${options.name} ${tournament}`);
    const model: Model = {
      id,
      name: options.name,
      tournament,
      username,
      webhook: options.webhook ?? null,
      bio: null,
    };
    this.#models.set(id, model);
    return model;
  }

  /** The account of an `Authorization` header: `Token <publicId>$<secretKey>`. */
  authenticate(authorization: string | undefined): Account | null {
    const [, publicId, secretKey] = authorization?.match(/^Token ([^$]+)\$(.+)$/) ?? [];
    if (publicId === undefined || secretKey === undefined) return null;
    const account = this.#accounts.get(publicId);
    if (this.#revoked.has(publicId)) return null;
    return account !== undefined && sameSecret(account.secretKey, secretKey) ? account : null;
  }

  /** Numerai accepts the key no longer, or again. */
  setRevoked(publicId: string, isRevoked: boolean): void {
    if (isRevoked) this.#revoked.add(publicId);
    else this.#revoked.delete(publicId);
  }

  /** The models of all accounts. */
  get models(): Model[] {
    return [...this.#models.values()];
  }

  modelsOf(account: Account): Model[] {
    return this.models.filter((model) => model.username === account.username);
  }

  model(id: string): Model | undefined {
    return this.#models.get(id);
  }

  /** The account's model of this id; without an id, its only model. */
  modelOf(account: Account, id: string | null | undefined): Model {
    const own = this.modelsOf(account);
    if (id === null || id === undefined) {
      const [only, ...others] = own;
      if (only === undefined) throw refusals.model();
      if (others.length > 0) throw refusals.modelId();
      return only;
    }
    const model = own.find((candidate) => candidate.id === id);
    if (model === undefined) throw refusals.model();
    return model;
  }
}

/** Refuses callers without an account, and API keys without the permission. */
export function assertAllowed(account: Account | null, scope: Scope): Account {
  if (account === null) throw refusals.session();
  if (!account.scopes.includes(scope)) throw refusals.scope(scope);
  return account;
}

function sameSecret(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
