// What all HTTP functions share: the services, the request's id on every answer, and errors turned into
// problems. A handler reads the request, calls the domain, and shapes the answer.

import type {
  HttpHandler,
  HttpRequest,
  HttpResponseInit,
  InvocationContext,
} from '@azure/functions';
import { OutsideError } from '../../lib/azure/outside-call.ts';
import { AppError, ConfigurationError, ConflictError, NotFoundError } from '../../lib/errors.ts';
import type { Services } from '../../lib/services.ts';
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

/** @param show default: problem details as JSON. */
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
    return show(
      toProblem(error, () => report(runtime, context, error)),
      context.invocationId,
      error,
    );
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

function toProblem(error: unknown, reportIt: () => void): Problem {
  if (error instanceof BadRequestError)
    return { status: error.status, title: TITLES[error.status], detail: error.message };
  if (error instanceof NotFoundError)
    return { status: 404, title: 'Not found', detail: error.message };
  if (error instanceof ConflictError)
    return { status: 409, title: 'Conflict', detail: error.message };
  reportIt();
  if (error instanceof ConfigurationError) {
    return {
      status: 500,
      title: 'The configuration is wrong',
      detail: error.message,
      extra: { faults: error.faults },
    };
  }
  if (error instanceof OutsideError || (error instanceof AppError && error.code === 'claim-race')) {
    return {
      status: 503,
      title: 'Something the app depends on does not answer',
      detail: `${error.message} Try again in half a minute.`,
      headers: { 'retry-after': '30' },
    };
  }
  return {
    status: 500,
    title: 'Unexpected error',
    detail:
      'The app met an error that it does not know. The log of this request tells more; its id is in requestId.',
  };
}

const TITLES = {
  400: 'Bad request',
  403: 'Forbidden',
  413: 'Too large',
  415: 'Unsupported media type',
} as const;

function report(runtime: Runtime, context: InvocationContext, error: unknown): void {
  if (error instanceof ConfigurationError) {
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
  runtime.services(context).log.error({ err: error }, 'request failed');
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

/** Where the app is reached, for links; as the settings say, else as it was reached just now. */
export function baseUrl({ request, services }: Pick<Call, 'request' | 'services'>): string {
  return services.settings.publicUrl ?? new URL(request.url).origin;
}
