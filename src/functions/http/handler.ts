// What all HTTP functions share: the services, the request's id on every answer, and errors turned into
// problems. A handler reads the request, calls the domain, and shapes the answer.

import type {
  HttpHandler,
  HttpRequest,
  HttpResponseInit,
  InvocationContext,
} from '@azure/functions';
import type { Services } from '../../app.ts';
import {
  AppError,
  ConfigurationError,
  ConflictError,
  NotFoundError,
} from '../../lib/util/errors.ts';
import { ExternalCallError } from '../../lib/util/external-call.ts';
import type { Runtime } from '../runtime.ts';
import { type Problem, problem } from './responses.ts';

/** A request that cannot be served as it is. */
export class BadRequestError extends AppError {
  readonly status: 400 | 403 | 413 | 415;

  constructor(message: string, status: 400 | 403 | 413 | 415 = 400) {
    super('bad-request', message);
    this.status = status;
  }
}

export interface Call {
  readonly request: HttpRequest;
  readonly context: InvocationContext;
  readonly services: Services;
}

export type Handle = (call: Call) => Promise<HttpResponseInit>;

/** How a problem is shown; `error` is what was thrown. */
export type ShowProblem = (problem: Problem, requestId: string, error: unknown) => HttpResponseInit;

/**
 * Makes the handler of a function: errors become problems, and every answer names its request.
 * @param show default: problem details as JSON.
 */
export function httpHandler(
  runtime: Runtime,
  handle: Handle,
  show: ShowProblem = problem,
): HttpHandler {
  return async (request, context) => {
    const response = await answer(runtime, handle, show, request, context);
    return {
      ...response,
      headers: { ...headersOf(response), 'x-request-id': context.invocationId },
    };
  };
}

async function answer(
  runtime: Runtime,
  handle: Handle,
  show: ShowProblem,
  request: HttpRequest,
  context: InvocationContext,
): Promise<HttpResponseInit> {
  try {
    return await handle({ request, context, services: runtime.services(context) });
  } catch (error) {
    const problem = toProblem(error);
    report(runtime, context, problem, error);
    return show(
      { ...problem, detail: withoutSecrets(runtime, problem) },
      context.invocationId,
      error,
    );
  }
}

/** A problem may quote what somebody else said. */
function withoutSecrets(runtime: Runtime, { detail }: Problem): string {
  try {
    return runtime.app().redaction.apply(detail);
  } catch (error) {
    // Without an app no secret has been read.
    if (error instanceof ConfigurationError) return detail;
    throw error;
  }
}

function headersOf(response: HttpResponseInit): Record<string, string> {
  const { headers } = response;
  if (headers === undefined) return {};
  // Only plain objects of strings are ever given by this app's own helpers.
  return Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}

function toProblem(error: unknown): Problem {
  if (error instanceof BadRequestError)
    return { status: error.status, title: TITLES[error.status], detail: error.message };
  if (error instanceof NotFoundError)
    return { status: 404, title: 'Not found', detail: error.message };
  if (error instanceof ConflictError)
    return { status: 409, title: 'Conflict', detail: error.message };
  if (error instanceof ConfigurationError) {
    return {
      status: 500,
      title: 'The configuration is wrong',
      detail: error.message,
      extra: { faults: error.faults },
    };
  }
  if (error instanceof ExternalCallError) {
    return error.failure === 'refused'
      ? {
          ...LATER,
          title: 'Something the app depends on refuses',
          detail: `${error.message} GET /api/health?deep=1, with a key, tells what is wrong and how to fix it.`,
        }
      : {
          ...LATER,
          title: 'Something the app depends on does not answer',
          detail: `${error.message} Try again in half a minute.`,
        };
  }
  if (error instanceof AppError && CHANGED_MEANWHILE.has(error.code)) {
    return {
      ...LATER,
      title: 'Changed by others at the same time',
      detail: `${error.message} Try again in half a minute.`,
    };
  }
  return {
    status: 500,
    title: 'Unexpected error',
    detail: `${error instanceof AppError ? error.message : 'The app met an error that it does not know.'} The log of this request tells more; its id is in requestId.`,
  };
}

const LATER = { status: 503, headers: { 'retry-after': '30' } } as const;
/** Codes of errors that a race leads to, and that another try gets over. */
const CHANGED_MEANWHILE: ReadonlySet<string> = new Set(['claim-race', 'stale-run', 'busy-alert']);

const TITLES = {
  400: 'Bad request',
  403: 'Forbidden',
  413: 'Too large',
  415: 'Unsupported media type',
} as const;

function report(
  runtime: Runtime,
  context: InvocationContext,
  { status, detail }: Problem,
  error: unknown,
): void {
  if (error instanceof ConfigurationError) {
    // There is no app, and so no log of it.
    context.error(
      JSON.stringify({
        level: 'fatal',
        function: context.functionName,
        msg: error.message,
        faults: error.faults,
      }),
    );
    return;
  }
  const { log } = runtime.services(context);
  if (status < 500) log.info({ status, detail }, 'request refused');
  else log.error({ err: error, status }, 'request failed');
}

/**
 * Reads the body as text.
 * @throws {BadRequestError} 413 where it is larger than `maxBytes`.
 */
export async function readBody(request: HttpRequest, maxBytes: number): Promise<string> {
  const tooLarge = () =>
    new BadRequestError(`The body is larger than ${maxBytes / 1024} KiB.`, 413);
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
  const body = request.body === null ? '' : await request.text();
  if (Buffer.byteLength(body) > maxBytes) throw tooLarge();
  return body;
}

/** A part of the route; the platform may give an empty text for one that was left out. */
export function routePart(request: HttpRequest, name: string): string | undefined {
  return request.params[name] || undefined;
}

/** Where the app is reached, for links; as the settings say, else as it was reached just now. */
export function baseUrl({ request, services }: Pick<Call, 'request' | 'services'>): string {
  return services.settings.publicUrl ?? new URL(request.url).origin;
}
