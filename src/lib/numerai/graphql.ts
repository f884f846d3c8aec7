// One GraphQL request to Numerai. Numerai sends the errors that it handles as HTTP 200 with `errors`: they
// are refusals, unlike a Numerai that does not answer.

import * as z from 'zod/mini';
import { AppError } from '../util/errors.ts';
import type { CallPolicy, ExternalCaller } from '../util/external-call.ts';
import type { NumeraiKeys } from '../verification/numerai.ts';

/** Numerai refused the request. */
export class NumeraiError extends AppError {
  readonly operation: string;

  constructor(operation: string, messages: readonly string[]) {
    super('numerai-refused', `Numerai refused to ${operation}: ${messages.join('; ')}`);
    this.operation = operation;
  }
}

/** Numerai's answer does not have the expected form. */
export class NumeraiAnswerError extends AppError {
  constructor(operation: string, what: string) {
    super(
      'numerai-answer',
      `Numerai's answer to "${operation}" is not as expected: ${what}. The app may need an update.`,
    );
  }
}

interface GraphqlRequest<Answer extends z.ZodMiniType> {
  /** What is being done, for messages: `list the open rounds`. */
  readonly operation: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The expected form of `data`. */
  readonly answer: Answer;
  readonly keys?: NumeraiKeys | undefined;
  /** Default: as for any call that may be repeated. */
  readonly policy?: CallPolicy;
}

interface GraphqlOptions {
  readonly url: string;
  readonly call: ExternalCaller;
  readonly fetch: typeof fetch;
}

/**
 * Sends a request and returns its `data`.
 * @throws {NumeraiError} for Numerai's own errors.
 * @throws {NumeraiAnswerError} for an answer that is not as expected.
 * @throws {ExternalCallError} where there was no answer.
 */
export type GraphqlClient = <Answer extends z.ZodMiniType>(
  request: GraphqlRequest<Answer>,
) => Promise<z.output<Answer>>;

export function createGraphqlClient({ url, call, fetch }: GraphqlOptions): GraphqlClient {
  return async ({ operation, query, variables, answer, keys, policy }) => {
    const request = {
      service: 'numerai' as const,
      operation,
      ...(policy === undefined ? {} : { policy }),
    };
    const body = await call(request, async (signal) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          ...(keys === undefined
            ? {}
            : { authorization: `Token ${keys.publicId}$${keys.secretKey}` }),
        },
        body: JSON.stringify({ query, variables }),
        signal,
      });
      const text = await response.text();
      const status = statusOf(response.status, text);
      if (status !== 200) {
        throw Object.assign(new Error(`Numerai answered HTTP ${response.status}.`), {
          statusCode: status,
          response,
        });
      }
      return text;
    });
    const parsed = z.safeParse(answer, dataOf(operation, body));
    if (parsed.success) return parsed.data;
    const fields = parsed.error.issues.map(({ path }) => path.join('.') || 'the whole');
    throw new NumeraiAnswerError(operation, `wrong or missing: ${fields.join(', ')}`);
  };
}

/** Numerai limits some calls to so many a minute, and may say so in an answer like any other. */
const TOO_MANY = /rate limit|too many requests/i;

/**
 * The HTTP status as the caller sees it: 200 for every answer to the request, a refusal included; 429 where
 * requests came too often, however Numerai says so.
 */
function statusOf(status: number, text: string): number {
  const messages = errorMessages(parse(text));
  if (messages.some((message) => TOO_MANY.test(message))) return 429;
  if (status === 429 || status >= 500) return status;
  return messages.length > 0 || (status >= 200 && status < 300) ? 200 : status;
}

function dataOf(operation: string, text: string): unknown {
  const answer = parse(text);
  const errors = errorMessages(answer);
  if (errors.length > 0) throw new NumeraiError(operation, errors);
  if (
    typeof answer !== 'object' ||
    answer === null ||
    !('data' in answer) ||
    answer.data === null
  ) {
    throw new NumeraiAnswerError(operation, 'it has no data');
  }
  return answer.data;
}

function errorMessages(answer: unknown): string[] {
  if (
    typeof answer !== 'object' ||
    answer === null ||
    !('errors' in answer) ||
    !Array.isArray(answer.errors)
  )
    return [];
  return answer.errors.map((error: unknown) =>
    typeof error === 'object' && error !== null && 'message' in error
      ? String(error.message)
      : JSON.stringify(error),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
