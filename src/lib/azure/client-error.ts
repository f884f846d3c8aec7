// What a client library threw, read without believing anything of it: the status of the answer, the codes of the
// service, what it said.

import * as z from 'zod/mini';
import { messageOf } from '../util/errors.ts';
import { parseJson } from '../util/json.ts';
import type { Redact } from '../util/redaction.ts';

export interface ClientError {
  /** Of the answer; null where there was none of the service's. */
  readonly status: number | null;
  /** The service's own code, and the one within it that says more. */
  readonly code: string | null;
  readonly innerCode: string | null;
  /** What it said, in one line; null where that is nothing for people, or not to be quoted. */
  readonly message: string | null;
  /** All that it said, in which an explanation is looked for. */
  readonly words: string;
  readonly retryAfterMs: number | null;
  /** Whether it may be quoted and logged: what cannot be read may hold anything, a secret's value as well. */
  readonly isQuotable: boolean;
}

interface WithCode {
  readonly code?: unknown;
}

interface ErrorBody extends WithCode {
  readonly innererror?: WithCode | null;
  readonly innerError?: WithCode | null;
}

/** What the libraries' RestError carries; other errors have none of it. */
interface ErrorShape extends WithCode {
  readonly statusCode?: unknown;
  readonly details?: (WithCode & { readonly error?: ErrorBody; readonly odataError?: WithCode }) | null;
  readonly response?: { readonly headers?: Headers; readonly bodyAsText?: unknown };
}

interface Headers {
  get?(name: string): unknown;
}

/**
 * Reads an error. One without a status is one without an answer.
 * @param redact takes known secrets out of what was said, before anything of it is cut.
 */
export function readClientError(thrown: unknown, redact: Redact): ClientError {
  // Nothing is assumed of what was thrown: each member may be absent, and is checked before it is used.
  const shape = (thrown instanceof Error ? thrown : {}) as ErrorShape;
  const { details, response } = shape;
  const body = typeof response?.bodyAsText === 'string' ? response.bodyAsText : '';
  const inner = details?.error?.innererror ?? details?.error?.innerError;
  // What keeps the app from a token is said by the identity's endpoint, and no answer of the service.
  const status = typeof shape.statusCode === 'number' && !isOfIdentity(thrown) ? shape.statusCode : null;
  const code = [details?.error?.code, details?.code, details?.odataError?.code, shape.code].find(isCode);
  const isQuotable = shape.code !== UNREADABLE && (status === null || status >= 400);
  const message = isQuotable ? messageOf(thrown).replace(STUMBLED, 'The answer is not as expected.') : '';
  return {
    status,
    // The Table service writes XML where it has not read what the caller accepts.
    code: code ?? /<Code>(\w+)<\/Code>/.exec(body)?.[1] ?? null,
    innerCode: isCode(inner?.code) ? inner.code : null,
    message: shortened(message, redact),
    words: isQuotable ? redact(`${message} ${body}`) : '',
    retryAfterMs: retryAfterOf(response?.headers),
    isQuotable,
  };
}

/** Errors of @azure/identity, whose status is that of the answer about the token. */
function isOfIdentity(thrown: unknown): boolean {
  return thrown instanceof Error && /^(Authentication|AggregateAuthentication|CredentialUnavailable)/.test(thrown.name);
}

/** What a library comes to that takes an answer for granted. */
const STUMBLED = /(Message )?Cannot read properties of \w+ \(reading '\w+'\)/;

/** Markup or JSON of something in between, or what the libraries say where they were told nothing. */
const NO_WORDS = /^$|^[<{[]|^Unexpected status code/;

/** The libraries' code for an answer that is no JSON, which they put into the message whole. */
const UNREADABLE = 'PARSE_ERROR';
/** What the libraries call their own errors by says nothing of the service. */
const OWN_CODES: readonly unknown[] = ['REQUEST_SEND_ERROR', UNREADABLE];

function isCode(code: unknown): code is string {
  return typeof code === 'string' && code !== '' && !OWN_CODES.includes(code);
}

/** In seconds, or a date, which counts from the date of the answer. */
function retryAfterOf(headers: Headers | undefined): number | null {
  const value = headers?.get?.('retry-after');
  if (typeof value !== 'string') return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return seconds * 1000;
  const waitMs = Date.parse(value) - Date.parse(String(headers?.get?.('date')));
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : null;
}

const said = z.object({
  error: z.optional(z.object({ message: z.string() })),
  'odata.error': z.optional(z.object({ message: z.object({ value: z.string() }) })),
});

/** Data behind the words, such as the identifiers of the policies that forbid something. */
const DATA = / [^.']*: '?\[\{.*$/;

/** The first line of a message; the libraries append the whole response to it, or have nothing else. */
function shortened(message: string, redact: Redact): string | null {
  const { data } = said.safeParse(parseJson(message));
  const text = data?.error?.message ?? data?.['odata.error']?.message.value ?? message;
  const line = redact(text).split('\n', 1)[0]?.replace(DATA, '').trim().slice(0, 500) ?? '';
  return NO_WORDS.test(line) ? null : line;
}
