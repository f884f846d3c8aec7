// Every external call goes through here: it has a deadline, a bounded number of attempts
// with jitter that respect `Retry-After`, and one kind of error whatever the client library throws.

import * as z from 'zod/mini';
import { TIMING } from '../runs/timing.ts';
import { type Clock, untilAborted, withTimeLimit } from '../util/clock.ts';
import { messageOf } from '../util/errors.ts';
import {
  type CallPolicy,
  type CallRequest,
  ExternalCallError,
  type ExternalCaller,
  type ExternalFailure,
} from '../util/external-call.ts';
import { parseJson } from '../util/json.ts';
import type { Redact } from '../util/redaction.ts';

export const CALL_POLICY = {
  /** Reads, and writes that may safely be repeated. */
  usual: { attemptMs: 10_000, totalMs: 20_000, attempts: 3 },
  /** A start: never repeated blindly. Only the watcher repeats it, after it has looked. */
  once: { attemptMs: TIMING.startCallMs, totalMs: TIMING.startCallMs, attempts: 1 },
} as const satisfies Record<string, CallPolicy>;

const BACKOFF = { firstMs: 250, factor: 3, maxMs: 5_000 } as const;

export interface CallerDependencies {
  readonly clock: Clock;
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number;
  /** Takes known secrets out of what a service says, before anything of it is cut. */
  readonly redact?: Redact;
  /** Gets the error of each attempt that failed. */
  readonly onFailure?: (error: ExternalCallError) => void;
}

/**
 * Makes the function through which external calls are made. It throws an {@link ExternalCallError} when the
 * call was refused, when the attempts are used up, or when the time is over.
 */
export function createExternalCaller({
  clock,
  random,
  redact = asItIs,
  onFailure,
}: CallerDependencies): ExternalCaller {
  return async (request, send) => {
    const { attemptMs, totalMs, attempts } = request.policy ?? CALL_POLICY.usual;
    const endAt = clock.now().getTime() + totalMs;
    const timeLeft = () => endAt - clock.now().getTime();
    for (let attempt = 1; ; attempt += 1) {
      try {
        const deadlineMs = Math.min(attemptMs, timeLeft());
        return await withDeadline(clock, deadlineMs, request.signal, send);
      } catch (thrown) {
        const error = toExternalCallError(request, thrown, redact);
        onFailure?.(error);
        const waitMs = Math.max(error.retryAfterMs ?? 0, backoffMs(attempt, random));
        const isLast = error.failure === 'refused' || attempt >= attempts || waitMs >= timeLeft();
        if (!isLast) await clock.sleep(waitMs, request.signal);
        if (isLast || request.signal?.aborted) throw error;
      }
    }
  };
}

const asItIs: Redact = (text) => text;

/** Exponential, with jitter over its upper half. */
function backoffMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(BACKOFF.maxMs, BACKOFF.firstMs * BACKOFF.factor ** (attempt - 1));
  return ceiling * (0.5 + random() / 2);
}

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
      throw new Error(
        outer?.aborted ? 'The caller stopped waiting.' : `No answer within ${Math.round(milliseconds / 100) / 10} s.`,
      );
    };
    return signal.aborted ? tooLate() : untilAborted(send(signal), signal, tooLate);
  });
}

interface WithCode {
  readonly code?: unknown;
}

/** What the libraries' RestError carries; other errors have none of it. */
interface ErrorShape extends WithCode {
  readonly statusCode?: unknown;
  readonly details?: (WithCode & { readonly error?: WithCode; readonly odataError?: WithCode }) | null;
  readonly response?: { readonly headers?: { get?(name: string): unknown } };
}

/** An error without a status is one without an answer. */
function toExternalCallError(
  { service, operation, codesForLater }: CallRequest,
  thrown: unknown,
  redact: Redact,
): ExternalCallError {
  if (thrown instanceof ExternalCallError) return thrown;
  // Nothing is assumed of what was thrown: each member may be absent, and is checked before it is used.
  const shape = (thrown instanceof Error ? thrown : {}) as ErrorShape;
  const status = typeof shape.statusCode === 'number' ? shape.statusCode : null;
  const { details } = shape;
  const serviceCode = [details?.error?.code, details?.code, details?.odataError?.code, shape.code].find(isCode) ?? null;
  const retryAfterMs = retryAfterOf(shape.response?.headers);
  const failure = failureOf(status, serviceCode, retryAfterMs, codesForLater);
  const said = [status, serviceCode === null ? null : `${serviceCode}:`, shortMessage(thrown, redact)];
  return new ExternalCallError(
    { service, operation, failure, status, serviceCode, retryAfterMs },
    `Could not ${operation}: ${said.filter((part) => part !== null).join(' ')}`,
    thrown,
  );
}

function isCode(code: unknown): code is string {
  return typeof code === 'string' && code !== 'REQUEST_SEND_ERROR';
}

function failureOf(
  status: number | null,
  serviceCode: string | null,
  retryAfterMs: number | null,
  codesForLater: readonly string[] = [],
): ExternalFailure {
  if (status === 429 || (status === 503 && retryAfterMs !== null)) return 'throttled';
  if (status === null || status === 408 || status >= 500) return 'unavailable';
  return serviceCode !== null && codesForLater.includes(serviceCode) ? 'throttled' : 'refused';
}

/** In seconds, or a date, which counts from the date of the answer. */
function retryAfterOf(headers: { get?(name: string): unknown } | undefined): number | null {
  const value = headers?.get?.('retry-after');
  if (typeof value !== 'string') return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return seconds * 1000;
  const waitMs = Date.parse(value) - Date.parse(String(headers?.get?.('date')));
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : null;
}

const azureError = z.object({ error: z.object({ message: z.string() }) });

/** The first line of a message; the libraries append the whole response to it. */
function shortMessage(thrown: unknown, redact: Redact): string {
  const message = messageOf(thrown);
  const { data } = azureError.safeParse(parseJson(message));
  return redact(data?.error.message ?? '') || (redact(message).split('\n', 1)[0]?.slice(0, 500) ?? '');
}
