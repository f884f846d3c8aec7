// A URL that is a secret, since anyone who has it can call it: no error and no log line holds any part of it,
// whatever the network or the receiver says.

import type { SecretStore } from '../config/secrets.ts';
import { AppError } from '../util/errors.ts';
import { quote } from '../util/quote.ts';
import type { Redaction } from '../util/redaction.ts';

/** How much of a receiver's answer is quoted, in UTF-16 units. */
const ANSWER_QUOTED = 200;

export interface SecretUrlDependencies {
  readonly secrets: SecretStore;
  /** Such URLs are of the operator's choice. */
  readonly fetch: typeof fetch;
  readonly redaction: Redaction;
}

/** The URL that a secret holds, and which version of the secret that is; null where there are none. */
export interface SecretUrl {
  readonly url: URL;
  readonly version: string | null;
}

/**
 * Reads it.
 * @throws {AppError} where it is none; SecretError and ExternalCallError where it cannot be read.
 */
export async function readSecretUrl(
  { secrets }: Pick<SecretUrlDependencies, 'secrets'>,
  secretName: string,
): Promise<SecretUrl> {
  const { value, version } = await secrets.getOrLast(secretName);
  const url = URL.parse(value);
  if (url?.protocol === 'https:') return { url, version };
  throw new AppError(
    'bad-webhook',
    `The secret ${secretName} is not an https URL. Set it to the URL that the receiver gave you.`,
  );
}

/** Sends one request. @throws an error, with the status of the answer if there was one, unless that is 2xx. */
export async function callSecretUrl(
  { fetch, redaction }: Pick<SecretUrlDependencies, 'fetch' | 'redaction'>,
  url: URL,
  request: Pick<RequestInit, 'method' | 'headers' | 'body'>,
  signal: AbortSignal,
): Promise<void> {
  let response: Response;
  try {
    // A redirect would hand the message to somebody else.
    response = await fetch(url, { ...request, signal, redirect: 'manual' });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new Error(`The receiver could not be reached${codeOf(error)}.`);
  }
  const answer = await response.text().catch(() => '');
  if (response.ok) return;
  const said = quote(redaction.apply(answer), ANSWER_QUOTED);
  throw Object.assign(new Error(`The receiver answered HTTP ${response.status}${said === '' ? '.' : `: ${said}`}`), {
    statusCode: response.status,
    response: { headers: response.headers },
  });
}

/** Node hangs the reason on the cause; its message may name the host, its code does not. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? ` (${code})` : '';
}
