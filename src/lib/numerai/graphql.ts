// One GraphQL request to Numerai. Numerai sends the errors that it handles as HTTP 200 with `errors`: they
// are refusals, unlike a Numerai that does not answer.

import * as z from 'zod/mini';
import { AppError } from '../util/errors.ts';
import type { CallRequest, ExternalCaller } from '../util/external-call.ts';
import { parseJson } from '../util/json.ts';
import type { NumeraiKeys } from '../verification/submission-source.ts';

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

interface GraphqlRequest<Answer extends z.ZodMiniType> extends Pick<CallRequest, 'operation' | 'policy'> {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The expected form of `data`. */
  readonly answer: Answer;
  readonly keys?: NumeraiKeys | undefined;
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

const error = z.catch(z.object({ message: z.string() }), { message: 'an error without a message' });
const envelope = z.object({ data: z.optional(z.unknown()), errors: z.catch(z.array(error), []) });

/** Numerai limits some calls to so many a minute, and may say so in an answer like any other. */
const TOO_MANY = /rate limit|too many requests/i;

export function createGraphqlClient({ url, call, fetch }: GraphqlOptions): GraphqlClient {
  return async ({ query, variables, answer, keys, ...request }) => {
    const { operation } = request;
    const { data, messages } = await call({ ...request, service: 'numerai' }, async (signal) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          ...(keys && { authorization: `Token ${keys.publicId}$${keys.secretKey}` }),
        },
        body: JSON.stringify({ query, variables }),
        signal,
      });
      const read = envelope.safeParse(parseJson(await response.text())).data;
      const errors = (read?.errors ?? []).map(({ message }) => message);
      const isLimited = errors.some((message) => TOO_MANY.test(message));
      const isAnswer = response.ok || (errors.length > 0 && response.status < 500);
      if (isAnswer && !isLimited && response.status !== 429) return { data: read?.data ?? null, messages: errors };
      throw Object.assign(new Error(`Numerai answered HTTP ${response.status}.`), {
        statusCode: isLimited ? 429 : response.status,
        response,
      });
    });
    if (messages.length > 0) throw new NumeraiError(operation, messages);
    if (data === null) throw new NumeraiAnswerError(operation, 'it has no data');
    const parsed = z.safeParse(answer, data);
    if (parsed.success) return parsed.data;
    const fields = parsed.error.issues.map(({ path }) => path.join('.') || 'the whole');
    throw new NumeraiAnswerError(operation, `wrong or missing: ${fields.join(', ')}`);
  };
}
