// Every external call goes through here: it has a deadline, a bounded number of attempts
// with jitter that respect `Retry-After`, and one kind of error whatever the client library throws.

import { TIMING } from '../runs/timing.ts';
import { type Clock, untilAborted, withTimeLimit } from '../util/clock.ts';
import {
  type CallPolicy,
  type CallRequest,
  ExternalCallError,
  type ExternalCaller,
  type ExternalFailure,
  type Service,
} from '../util/external-call.ts';
import type { Redact } from '../util/redaction.ts';
import { clauseOf } from '../util/sentences.ts';
import { type ClientError, readClientError } from './client-error.ts';

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

/**
 * Azure refuses with a code, and Numerai in an answer: where a status comes alone, it is that of something in between.
 */
const NEVER_ALONE: readonly Service[] = ['resource-manager', 'key-vault', 'table-storage', 'numerai'];

function toExternalCallError(request: CallRequest, thrown: unknown, redact: Redact): ExternalCallError {
  if (thrown instanceof ExternalCallError) return thrown;
  const { service, operation, explain } = request;
  const error = readClientError(thrown, redact);
  const { status, code, innerCode, message, retryAfterMs } = error;
  const failure = failureOf(request, error);
  const codes = [code, innerCode].filter((each) => each !== null).join('/');
  const words = wordsOf(status, codes, message);
  const found = explain?.(`${codes} ${error.words}`) ?? null;
  const said = found === null ? words : `${clauseOf(found.what)} (${words})`;
  return new ExternalCallError(
    { service, operation, failure, status, serviceCode: code, retryAfterMs, explanation: found },
    `Could not ${operation}: ${said}`,
    error.isQuotable ? thrown : undefined,
  );
}

function wordsOf(status: number | null, codes: string, message: string | null): string {
  const http = status === null ? '' : ` (HTTP ${status})`;
  if (message === null) return codes === '' ? `The answer${http} is not as expected.` : `${codes}${http}`;
  return [status, codes === '' ? null : `${codes}:`, message].filter((part) => part !== null).join(' ');
}

function failureOf(
  { service, codesForLater = [] }: CallRequest,
  { status, code, retryAfterMs }: ClientError,
): ExternalFailure {
  if (status === 429 || (status === 503 && retryAfterMs !== null)) return 'throttled';
  if (status === null || status < 400 || status === 408 || status >= 500) return 'unavailable';
  if (code === null) return NEVER_ALONE.includes(service) ? 'unavailable' : 'refused';
  return codesForLater.includes(code) ? 'throttled' : 'refused';
}
