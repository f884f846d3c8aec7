// Whether what the client libraries return is an answer: they take anything for one. It is loaded with them.

import type { KeyVaultSecret } from '@azure/keyvault-secrets';
import type { Secret } from '../config/secrets.ts';
import type { CallRequest } from '../util/external-call.ts';

/**
 * The vault hands out what has expired, and what is not valid yet:
 * https://learn.microsoft.com/azure/key-vault/secrets/about-secrets#date-time-controlled-operations
 * @throws where it is not that secret.
 */
function secret(
  { name, version: asked, now, explain }: AskedSecret,
  { value, properties }: KeyVaultSecret,
): Omit<Secret, 'wasWrapped'> {
  if (typeof value !== 'string' || properties.name.toLowerCase() !== name.toLowerCase())
    throw new Error('The answer is not the secret.');
  if (asked !== undefined && properties.version !== asked)
    throw new Error('The answer is not that version of the secret.');
  const { version = null, expiresOn = null, notBefore = null } = properties;
  const isOver = expiresOn !== null && expiresOn <= now;
  const isToCome = notBefore !== null && notBefore > now;
  const doubt = isOver ? explain('SecretExpired') : isToCome ? explain('SecretNotYetValid') : null;
  return { value, version, expiresOn, doubt };
}

interface AskedSecret {
  readonly name: string;
  readonly version: string | undefined;
  readonly now: Date;
  readonly explain: NonNullable<CallRequest['explain']>;
}

/**
 * @throws where it is not that row, or nobody can tell as what it was read: for the library, a change of it would then be
 * one of whatever is there.
 */
function row<Row extends { readonly partitionKey?: string; readonly rowKey?: string; readonly etag?: string }>(
  found: Row,
  partition: string,
  key: string,
): Row {
  if (found.partitionKey === partition && found.rowKey === key && found.etag) return found;
  throw new Error('The answer is not the row.');
}

/** @throws where the answer to a query is no list of rows: then nobody may think that there are none. */
function list(raw: { readonly parsedBody?: unknown }, _flat: unknown, error?: unknown): void {
  const { parsedBody: body } = raw;
  const rows = typeof body === 'object' && body !== null && 'value' in body ? body.value : null;
  const isList = Array.isArray(rows) && rows.every((each) => typeof each === 'object' && each !== null);
  if (error === undefined && !isList) throw new Error('The answer is not a list of rows.');
}

/** @throws where one of them has no ETag, as for {@link row}. */
function rows<Row extends { readonly etag?: string }>(found: Row[]): Row[] {
  if (found.every(({ etag }) => etag)) return found;
  throw new Error('The answer has rows without an ETag.');
}

/** @returns the ETag. @throws where the table does not say as what a row was written. */
function etag(written: { readonly etag?: string }): string {
  if (written.etag) return written.etag;
  throw new Error('The answer has no ETag.');
}

/** @returns the ETags. @throws where the answer to a transaction does not say what became of each of its operations. */
function etags(
  actions: readonly (readonly [string, ...unknown[]])[],
  status: number,
  parts: readonly { readonly status: number; readonly etag?: string }[],
): string[] {
  const isDone = actions.every(([action], index) => {
    const { status: done = 0, etag } = parts[index] ?? {};
    return done >= 200 && done < 300 && (etag || action === 'delete');
  });
  if (status === 202 && parts.length === actions.length && isDone) return parts.map((part) => part.etag ?? '');
  throw new Error('The answer does not say what became of each operation.');
}

/** Each returns what was asked for, or throws. */
export const checked = { secret, row, rows, list, etag, etags } as const;
