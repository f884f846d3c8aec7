// Secrets by name, as the domain asks for them. A name becomes a value in Key Vault, or in the settings
// where no vault is configured.

import { AppError } from '../util/errors.ts';
import type { Explanation } from '../util/external-call.ts';
import { together } from '../util/sentences.ts';

export interface Secret {
  readonly value: string;
  /** Which version of it this is; null where there are none. */
  readonly version: string | null;
  /** Whether white space or quotes stood around it, which are no part of the value. */
  readonly wasWrapped: boolean;
  /** When it stops being valid, where the vault says so. */
  readonly expiresOn: Date | null;
  /** What is wrong with it though the vault hands it out, such as that it has expired; null where nothing is. */
  readonly doubt: Explanation | null;
}

/** A secret that is missing, disabled, or out of the app's reach. Trying again does not help. */
export class SecretError extends AppError {
  readonly secretName: string;
  /** What to do, in sentences; null where nobody knows more than the message. */
  readonly remedy: string | null;

  /** @param what is wrong; the message is that, and the remedy. */
  constructor(secretName: string, what: string, remedy: string | null = null, cause?: unknown) {
    super('secret', together(what, remedy) ?? what, { cause });
    this.secretName = secretName;
    this.remedy = remedy;
  }
}

export interface SecretStore {
  /**
   * As it was read some minutes ago at most, or so long ago.
   * @throws {SecretError} where the secret cannot be read, {@link ExternalCallError} where the vault does
   * not answer.
   */
  get(name: string, atMostOldMs?: number): Promise<Secret>;
  /** As `get`; but while the vault does not answer, as it was read last: what only needs the value goes on. */
  getOrLast(name: string): Promise<Secret>;
  /**
   * One version of it, whichever is in use now; asked for once, since its value never changes. Throws as `get`.
   */
  getVersion(name: string, version: string): Promise<Secret>;
}
