// What all HTTP functions share: the services, the request's id on every answer, and errors turned into
// problems. A handler reads the request, calls the domain, and shapes the answer.

import { STATUS_CODES } from 'node:http';
import type { HttpHandler, HttpMethod, HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import * as z from 'zod/mini';
import type { Services } from '../../app.ts';
import { isEntryName } from '../../lib/config/entry-fields.ts';
import { type Entry, findEntry } from '../../lib/config/models.ts';
import { AppError, ConfigurationError, TooManyStartsError } from '../../lib/util/errors.ts';
import { parseJson, shown } from '../../lib/util/json.ts';
import { nearest } from '../../lib/util/nearest.ts';
import { withFullStop } from '../../lib/util/sentences.ts';
import type { Runtime } from '../runtime.ts';
import { type Problem, problem } from './responses.ts';

/** A request that cannot be served as it is. */
export class BadRequestError extends AppError {
  readonly status: 400 | 403 | 405 | 411 | 413 | 415;

  constructor(message: string, status: BadRequestError['status'] = 400) {
    super('bad-request', message);
    this.status = status;
  }
}

export interface Call {
  readonly request: HttpRequest;
  readonly services: Services;
}

/** A function that takes a key of the platform. */
export interface HttpFunction {
  readonly methods: HttpMethod[];
  readonly route: string;
  handle(call: Call): Promise<HttpResponseInit>;
  /** How a problem is shown; default: problem details as JSON. */
  show?(problem: Problem, requestId: string, now: Date): HttpResponseInit;
}

/**
 * Makes the handler of a function: errors become problems, and every answer names its request. Beside the answer, the
 * timers' tick is done where they are silent: what is left to do after an answer may never be done.
 */
export function httpHandler(runtime: Runtime, served: HttpFunction): HttpHandler {
  return async (request, context) => {
    const [response] = await Promise.all([answer(runtime, served, request, context), runtime.deputize(context)]);
    const headers = new Headers(response.headers);
    headers.set('x-request-id', context.invocationId);
    return { ...response, headers };
  };
}

async function answer(
  runtime: Runtime,
  { handle, show = problem }: HttpFunction,
  request: HttpRequest,
  context: InvocationContext,
): Promise<HttpResponseInit> {
  try {
    return await handle({ request, services: runtime.services(context) });
  } catch (error) {
    const found = toProblem(error);
    const now = runtime.system.clock.now();
    const app = runtime.app();
    if (app instanceof ConfigurationError) {
      // There is no app, and so no log of it.
      context.error(JSON.stringify({ level: 'fatal', msg: app.message }));
      return show(found, context.invocationId, now);
    }
    const { log } = runtime.services(context);
    const { status, detail } = found;
    if (status < 500) log.info({ status, detail }, 'request refused');
    else log.error({ err: error, status }, 'request failed');
    // A problem may quote what somebody else said.
    return show({ ...found, detail: app.redaction.apply(detail) }, context.invocationId, now);
  }
}

interface ProblemKind extends Pick<Problem, 'status' | 'title'> {
  readonly advice?: string;
}

const NO_ANSWER: ProblemKind = {
  status: 503,
  title: 'Something the app depends on does not answer',
  advice: 'Try again in half a minute.',
};
/** What a race leads to, and another try gets over. */
const CHANGED: ProblemKind = { ...NO_ANSWER, title: 'Changed by others at the same time' };

/** By the codes of errors. */
const PROBLEMS: Readonly<Record<string, ProblemKind>> = {
  'not-found': { status: 404, title: 'Not found' },
  conflict: { status: 409, title: 'Conflict' },
  paused: { status: 409, title: 'Paused' },
  'starts-exceeded': { status: 429, title: 'Too many starts today' },
  'bad-configuration': { status: 500, title: 'The configuration is wrong' },
  'external-unavailable': NO_ANSWER,
  'external-throttled': NO_ANSWER,
  'external-refused': {
    status: 503,
    title: 'Something the app depends on refuses',
    advice: 'GET /api/health?deep=1, with a key, says what is wrong and how to fix it.',
  },
  'log-withheld': { status: 503, title: 'The log cannot be shown now' },
  'claim-race': CHANGED,
  'stale-run': CHANGED,
};

const UNEXPECTED: ProblemKind = {
  status: 500,
  title: 'Unexpected error',
  advice: 'The log of this request says more; its id is in requestId.',
};

function toProblem(error: unknown): Problem {
  const isKnown = error instanceof AppError;
  const { status, title, advice } =
    error instanceof BadRequestError
      ? { status: error.status, title: STATUS_CODES[error.status] ?? '', advice: undefined }
      : (PROBLEMS[isKnown ? error.code : ''] ?? UNEXPECTED);
  const said = isKnown ? error.message : 'The app met an error that it does not know.';
  return {
    status,
    title,
    detail: advice === undefined ? said : `${said} ${advice}`,
    ...(status === 405 && { headers: { allow: 'POST' } }),
    ...(status === 503 && { headers: { 'retry-after': '30' } }),
    ...(error instanceof TooManyStartsError && {
      headers: { 'retry-after': String(Math.ceil(error.retryAfterMs / 1000)) },
    }),
    ...(error instanceof ConfigurationError && { faults: error.faults }),
  };
}

const CHUNKED =
  'The body was sent in chunks (Transfer-Encoding), and Azure Functions does not pass such a body on. Send it with its length (Content-Length).';

/**
 * Reads the body as text.
 * @throws {BadRequestError} 413 where it is larger than `maxBytes`; 411 where it came in chunks: the Functions host drops
 * such a body, and what it said must not be lost silently.
 */
export async function readBody(request: HttpRequest, maxBytes: number): Promise<string> {
  const tooLarge = () => new BadRequestError(`The body is larger than ${maxBytes / 1024} KiB.`, 413);
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
  const body = request.body === null ? '' : await request.text();
  if (Buffer.byteLength(body) > maxBytes) throw tooLarge();
  if (body === '' && request.headers.has('transfer-encoding')) throw new BadRequestError(CHUNKED, 411);
  return body;
}

/** `application/json`, with or without parameters, and the types that are JSON by their name. */
const JSON_TYPE = /^\s*application\/([\w.+-]+\+)?json\s*(;|$)/i;

/**
 * The JSON of the body; no body is an empty object. A page of another site can make a browser send text or a form, and no
 * JSON without asking the app first. For the platform, what is not declared is text.
 * @throws {BadRequestError} 415 where it is not declared as JSON.
 */
export async function readJson<T extends z.ZodMiniType>(
  request: HttpRequest,
  maxBytes: number,
  schema: T,
): Promise<z.output<T>> {
  const type = request.headers.get('content-type');
  const text = await readBody(request, maxBytes);
  if (type === null ? text !== '' : !JSON_TYPE.test(type))
    throw new BadRequestError(
      `The body must be JSON, and say so: send the header "content-type: application/json" instead of ${shown(type ?? undefined)}.`,
      415,
    );
  const sent = text.trim() === '' ? {} : parseJson(text);
  if (sent === undefined) throw new BadRequestError('The body is not JSON. Send a JSON object, or nothing.');
  return valid(schema, sent);
}

/**
 * What an operator may send: a field that is none of these is refused, since what was meant by it would not be done.
 * @param fields each with a message that says what it must be.
 */
export const onlyFields = <Fields extends z.core.$ZodLooseShape>(fields: Fields) =>
  z.strictObject(fields, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? unknownFields(issue.keys, Object.keys(fields)) : 'a JSON object',
  });

function unknownFields(sent: readonly string[], known: readonly string[]): string {
  const sentences = sent.map((field) => {
    const meant = nearest(field, known);
    return `There is no field ${shown(field)}${meant === null ? '' : `; did you mean "${meant}"?`}`;
  });
  return `${sentences.map(withFullStop).join(' ')} Nothing was done. The fields are ${known.join(' and ')}.`;
}

/**
 * What the caller sent, by a schema whose messages say what a field must be.
 * @throws {BadRequestError}
 */
export function valid<T extends z.ZodMiniType>(schema: T, sent: unknown): z.output<T> {
  const parsed = schema.safeParse(sent, { reportInput: true });
  if (parsed.success) return parsed.data;
  const sentences = parsed.error.issues.map(({ code, path, message, input }) =>
    code === 'unrecognized_keys' ? message : `${path.join('.') || 'The body'} must be ${message}; got ${shown(input)}.`,
  );
  throw new BadRequestError(sentences.join(' '));
}

/** A part of the route; the platform may give an empty text for one that was left out. */
export function routePart(request: HttpRequest, name: string): string | undefined {
  return request.params[name] || undefined;
}

/** The model or job of the route. @throws {NotFoundError} */
export function entryOf({ request, services }: Call): Entry {
  return findEntry(services.entries, routePart(request, 'model'));
}

/** Whose runs a route is about. */
export interface RunOwner {
  readonly name: string;
  /** Undefined where models.json no longer has it. */
  readonly model: Entry | undefined;
}

/**
 * The model or job of the route, also where it is one that models.json no longer has: its runs are still there.
 * @throws {NotFoundError} where there can be none of that name.
 */
export function ownerOf({ request, services }: Call): RunOwner {
  const name = routePart(request, 'model');
  const model = services.entries.find((candidate) => candidate.name === name);
  if (name === undefined || !isEntryName(name)) findEntry(services.entries, name);
  return { name: name ?? '', model };
}

/** Where the app is reached, for links; as the settings say, else as it was reached just now. */
export function baseUrl({ request, services }: Pick<Call, 'request' | 'services'>): string {
  return services.settings.publicUrl ?? new URL(request.url).origin;
}
