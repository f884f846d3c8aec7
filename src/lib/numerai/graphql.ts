// One GraphQL request to Numerai. Numerai sends the errors that it handles as HTTP 200 with `errors`: they
// are refusals, unlike a Numerai that does not answer, or that says so of itself.

import * as z from 'zod/mini';
import { AppError } from '../util/errors.ts';
import { type CallRequest, ExternalCallError, type ExternalCaller } from '../util/external-call.ts';
import { parseJson } from '../util/json.ts';
import type { Redact } from '../util/redaction.ts';
import { KeyRefusedError, type NumeraiKeys } from '../verification/submission-source.ts';

/** Numerai refused the request. */
export class NumeraiError extends AppError {
  constructor(operation: string, messages: readonly string[]) {
    super('numerai-refused', refusal(operation, messages));
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

/** One of the `errors` of an answer, and the part of the query that it is about. */
export interface GraphqlError {
  readonly message: string;
  readonly path: readonly (string | number)[];
}

interface GraphqlRequest<Answer extends z.ZodMiniType> extends Pick<CallRequest, 'operation' | 'policy'> {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The expected form of `data`. */
  readonly answer: Answer;
  readonly keys?: NumeraiKeys | undefined;
  /** Whether the rest of the answer is of use in spite of an error; default: it never is. */
  readonly tolerates?: (error: GraphqlError) => boolean;
  /** Gets the errors that were tolerated. */
  readonly onTolerated?: (error: GraphqlError) => void;
}

interface GraphqlOptions {
  readonly url: string;
  readonly call: ExternalCaller;
  readonly fetch: typeof fetch;
  /** Takes known secrets out of Numerai's words, before anything of them is cut. */
  readonly redact?: Redact;
}

/**
 * Sends a request and returns its `data`.
 * @throws {NumeraiError} for Numerai's own errors.
 * @throws {KeyRefusedError} where they are about the key.
 * @throws {NumeraiAnswerError} for an answer that is not as expected.
 * @throws {ExternalCallError} where there was no answer.
 */
export type GraphqlClient = <Answer extends z.ZodMiniType>(
  request: GraphqlRequest<Answer>,
) => Promise<z.output<Answer>>;

const error = z.catch(
  z.object({ message: z.string(), path: z.catch(z.array(z.union([z.string(), z.number()])), []) }),
  { message: 'an error without a message', path: [] },
);
const envelope = z.object({ data: z.optional(z.unknown()), errors: z.catch(z.array(error), []) });

/** Numerai limits some calls to so many a minute, and may say so in an answer like any other. */
const TOO_MANY = /rate limit|too many requests/i;
/** What its server says where something broke: as good as HTTP 500. */
const BROKEN = /internal server error/i;
/** Seen: "Your session is invalid or has expired." and "Insufficient permission for …"; the rest is what others say. */
const KEY_REFUSED =
  /session is invalid|insufficient permission|not authori[sz]ed|not authenticated|unauthori[sz]ed|invalid (api )?(token|key)/i;

const UNAUTHORIZED: GraphqlError = { message: 'HTTP 401, not authorized', path: [] };

/** The error of a refusal, in Numerai's words. */
export function refusalOf(operation: string, messages: readonly string[], withKeys: boolean): AppError {
  return withKeys && messages.some((message) => KEY_REFUSED.test(message))
    ? new KeyRefusedError(refusal(operation, messages))
    : new NumeraiError(operation, messages);
}

function refusal(operation: string, messages: readonly string[]): string {
  return `Numerai refused to ${operation}: ${messages.join('; ').slice(0, 500)}`;
}

/** Whether Numerai says that the fault is its own, and so one that passes. */
export function isBroken({ message }: GraphqlError): boolean {
  return BROKEN.test(message);
}

export function createGraphqlClient({ url, call, fetch, redact = (text) => text }: GraphqlOptions): GraphqlClient {
  return async ({ query, variables, answer, keys, tolerates = () => false, onTolerated, ...request }) => {
    const { operation } = request;
    const { data, errors } = await call({ ...request, service: 'numerai' }, async (signal) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          ...(keys && { authorization: `Token ${keys.publicId}$${keys.secretKey}` }),
        },
        body: JSON.stringify({ query, variables }),
        // The key is Numerai's alone.
        redirect: 'manual',
        signal,
      });
      const read = envelope.safeParse(parseJson(await response.text())).data;
      const isUnauthorized = response.status === 401 && keys !== undefined;
      const said = (read?.errors ?? []).map((each) => ({ ...each, message: redact(each.message) }));
      const found = said.length > 0 || !isUnauthorized ? said : [UNAUTHORIZED];
      const isLimited = found.some(({ message }) => TOO_MANY.test(message));
      // What is of use although a part of it broke is not asked for again as a whole.
      const broken = hasPart(read?.data) && found.every(tolerates) ? undefined : found.find(isBroken);
      const isAnswer = response.ok || (found.length > 0 && response.status < 500);
      if (isAnswer && !isLimited && broken === undefined && response.status !== 429) {
        // It may be a page of something in between: asked again, as what was not answered.
        if (read?.data == null && found.length === 0) throw new NumeraiAnswerError(operation, 'it has no data');
        return { data: read?.data ?? {}, errors: found };
      }
      // A status says all that there is.
      const what = broken === undefined ? '' : `Numerai answered ${broken.message.slice(0, 200)}.`;
      throw Object.assign(new Error(what), {
        statusCode: isLimited ? 429 : broken === undefined ? response.status : 500,
        response,
      });
    }).catch((error: unknown) => {
      throw error instanceof ExternalCallError && error.cause instanceof NumeraiAnswerError ? error.cause : error;
    });
    const refused = errors.filter((each) => !tolerates(each)).map(({ message }) => message);
    if (refused.length > 0) throw refusalOf(operation, refused, keys !== undefined);
    for (const each of errors) onTolerated?.(each);
    const parsed = z.safeParse(answer, data);
    if (parsed.success) return parsed.data;
    const fields = parsed.error.issues.map(({ path }) => path.join('.') || 'the whole');
    throw new NumeraiAnswerError(operation, `wrong or missing: ${fields.join(', ')}`);
  };
}

function hasPart(data: unknown): boolean {
  return typeof data === 'object' && data !== null && Object.values(data).some((part) => part !== null);
}
