// Every call to something outside goes through here: it has a deadline, a bounded number of attempts
// with jitter that respect `Retry-After`, and one kind of error whatever the client library throws.

import { TIMING } from '../runs/timing.ts';
import { type Clock, untilAborted, withTimeLimit } from '../util/clock.ts';
import { messageOf } from '../util/errors.ts';
import {
  type CallPolicy,
  type CallRequest,
  ExternalCallError,
  type ExternalCaller,
  type ExternalFailure,
  type Service,
} from '../util/external-call.ts';

export const CALL_POLICY = {
  /** Reads, and writes that may safely be repeated. */
  usual: { attemptMs: 10_000, totalMs: 20_000, attempts: 3 },
  /** A start: never repeated blindly. Only the watcher repeats it, after it has looked. */
  once: { attemptMs: TIMING.startCallMs, totalMs: TIMING.startCallMs, attempts: 1 },
} as const satisfies Record<string, CallPolicy>;

const BACKOFF = { firstMs: 250, factor: 3, maxMs: 5_000 } as const;

/** Told of each attempt that failed, for the log and the metrics. */
export type CallObserver = (event: {
  service: Service;
  operation: string;
  attempt: number;
  failure: ExternalFailure;
  status: number | null;
  message: string;
}) => void;

export interface CallerDependencies {
  readonly clock: Clock;
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number;
  readonly onFailure?: CallObserver;
}

/**
 * Makes the function through which external calls are made. It throws an {@link ExternalCallError} when the
 * call was refused, when the attempts are used up, or when the time is over.
 */
export function createExternalCaller({
  clock,
  random,
  onFailure,
}: CallerDependencies): ExternalCaller {
  return async (request, send) => {
    const policy = request.policy ?? CALL_POLICY.usual;
    const endAt = clock.now().getTime() + policy.totalMs;
    for (let attempt = 1; ; attempt += 1) {
      const timeLeft = endAt - clock.now().getTime();
      try {
        return await withDeadline(
          clock,
          Math.min(policy.attemptMs, timeLeft),
          request.signal,
          send,
        );
      } catch (thrown) {
        const error = toExternalCallError(request, thrown);
        onFailure?.({
          service: request.service,
          operation: request.operation,
          attempt,
          failure: error.failure,
          status: error.status,
          message: error.message,
        });
        const waitMs = Math.max(error.retryAfterMs ?? 0, backoffMs(attempt, random));
        const over = clock.now().getTime() + waitMs >= endAt;
        if (
          error.failure === 'refused' ||
          attempt >= policy.attempts ||
          over ||
          request.signal?.aborted
        )
          throw error;
        await clock.sleep(waitMs, request.signal);
        if (request.signal?.aborted) throw error;
      }
    }
  };
}

/** What a caller meets who stops waiting for a call that others wait for as well. */
export function noAnswerInTime(
  request: Pick<CallRequest, 'service' | 'operation'>,
): ExternalCallError {
  return toExternalCallError(request, new DeadlineError('No answer in time.'));
}

/** Exponential, with jitter over its upper half. */
function backoffMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(BACKOFF.maxMs, BACKOFF.firstMs * BACKOFF.factor ** (attempt - 1));
  return ceiling * (0.5 + random() / 2);
}

class DeadlineError extends Error {}

/**
 * Runs `send` with a signal that is aborted after `milliseconds`. The deadline holds even if `send`
 * ignores its signal: then the result comes too late for anybody.
 */
function withDeadline<T>(
  clock: Clock,
  milliseconds: number,
  outer: AbortSignal | undefined,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withTimeLimit(clock, milliseconds, outer, async (signal) => {
    const tooLate = (): never => {
      throw new DeadlineError(
        outer?.aborted
          ? 'The caller stopped waiting.'
          : `No answer within ${Math.round(milliseconds / 100) / 10} s.`,
      );
    };
    return signal.aborted ? tooLate() : untilAborted(send(signal), signal, tooLate);
  });
}

interface ErrorShape {
  readonly statusCode?: unknown;
  readonly code?: unknown;
  readonly details?: unknown;
  readonly response?: unknown;
}

/** Reads what the SDKs' RestError carries; anything else counts as no answer. */
function toExternalCallError(
  request: Pick<CallRequest, 'service' | 'operation' | 'codesForLater'>,
  thrown: unknown,
): ExternalCallError {
  if (thrown instanceof ExternalCallError) return thrown;
  const shape: ErrorShape = typeof thrown === 'object' && thrown !== null ? thrown : {};
  const status = typeof shape.statusCode === 'number' ? shape.statusCode : null;
  const serviceCode = serviceCodeOf(shape);
  const retryAfterMs = retryAfterOf(shape);
  const failure = failureOf(status, serviceCode, retryAfterMs, request.codesForLater);
  const { service, operation } = request;
  const said = shortMessage(thrown);
  return new ExternalCallError(
    { service, operation, failure, status, serviceCode, retryAfterMs },
    `Could not ${operation}: ${status === null ? '' : `${status} `}${serviceCode ?? ''}${serviceCode === null ? '' : ': '}${said}`,
    thrown,
  );
}

function failureOf(
  status: number | null,
  serviceCode: string | null,
  retryAfterMs: number | null,
  codesForLater: readonly string[] = [],
): ExternalFailure {
  if (status === 429 || (status === 503 && retryAfterMs !== null)) return 'throttled';
  if (status === null || status === 408 || status >= 500) return 'unavailable';
  if (serviceCode !== null && codesForLater.includes(serviceCode)) return 'throttled';
  return 'refused';
}

function serviceCodeOf(shape: ErrorShape): string | null {
  const details = isObject(shape.details) ? shape.details : {};
  const inner = isObject(details.error) ? details.error : details;
  const odata = isObject(details.odataError) ? details.odataError : {};
  for (const candidate of [inner.code, odata.code, shape.code]) {
    if (typeof candidate === 'string' && candidate !== 'REQUEST_SEND_ERROR') return candidate;
  }
  return null;
}

function retryAfterOf(shape: ErrorShape): number | null {
  const response = isObject(shape.response) ? shape.response : {};
  const headers = response.headers;
  if (!isObject(headers) || typeof headers.get !== 'function') return null;
  const value: unknown = headers.get('retry-after');
  if (typeof value !== 'string') return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return seconds * 1000;
  // Or a date, which counts from the date of the answer.
  const until = Date.parse(value);
  const date: unknown = headers.get('date');
  const answeredAt = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  const waitMs = until - answeredAt;
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : null;
}

/** The first line of a message; the SDKs append the whole response to it. */
function shortMessage(thrown: unknown): string {
  const message = messageOf(thrown);
  try {
    const parsed: unknown = JSON.parse(message);
    if (isObject(parsed) && isObject(parsed.error) && typeof parsed.error.message === 'string') {
      return parsed.error.message;
    }
  } catch {
    // Not JSON: plain text is what we want.
  }
  return message.split('\n', 1)[0]?.slice(0, 500) ?? '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
