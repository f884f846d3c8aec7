// A call to another service: what is asked for, and the one kind of error that it ends with, whatever the client
// library throws. azure/external-call.ts makes the calls.

import { AppError } from './errors.ts';

/** The services that the app calls. */
export type Service = 'resource-manager' | 'key-vault' | 'table-storage' | 'numerai' | 'alert' | 'heartbeat';

/**
 * - `unavailable`: no usable answer (connection, 5xx, a deadline, one that cannot be read or has another status than
 *   expected); the call may or may not have worked.
 * - `throttled`: refused for now (429, or 503 with `Retry-After`); nothing was done.
 * - `refused`: the service understood and said no (4xx); the same call will be refused again.
 */
export type ExternalFailure = 'unavailable' | 'throttled' | 'refused';

/** What the answer of a service means: sentences for a person. */
export interface Explanation {
  /** What is wrong. */
  readonly what: string;
  /** What to do. */
  readonly remedy: string;
}

export class ExternalCallError extends AppError {
  readonly service: Service;
  readonly operation: string;
  readonly failure: ExternalFailure;
  /** HTTP status, where there was an answer. */
  readonly status: number | null;
  /** The service's own error code, such as `EntityAlreadyExists`. */
  readonly serviceCode: string | null;
  readonly retryAfterMs: number | null;
  /** What the service's words mean; null where that is not known. */
  readonly explanation: Explanation | null;

  constructor(
    details: Pick<
      ExternalCallError,
      'service' | 'operation' | 'failure' | 'status' | 'serviceCode' | 'retryAfterMs'
    > & {
      readonly explanation?: Explanation | null;
    },
    message: string,
    cause: unknown,
  ) {
    super(`external-${details.failure}`, message, { cause });
    this.service = details.service;
    this.operation = details.operation;
    this.failure = details.failure;
    this.status = details.status;
    this.serviceCode = details.serviceCode;
    this.retryAfterMs = details.retryAfterMs;
    this.explanation = details.explanation ?? null;
  }
}

/** Bounds of one external call. All times in milliseconds. */
export interface CallPolicy {
  /** Longest time that one attempt may take. */
  readonly attemptMs: number;
  /** Longest time that all attempts together, waiting included, may take. */
  readonly totalMs: number;
  readonly attempts: number;
}

export interface CallRequest {
  readonly service: Service;
  /** What is being done, for messages: `read the secret numerai-public-id`. */
  readonly operation: string;
  readonly policy?: CallPolicy;
  /** Codes of the service with which it refuses a call for now: the same call may succeed later. */
  readonly codesForLater?: readonly string[];
  /** What the codes and words of a refusal mean. */
  readonly explain?: (said: string) => Explanation | null;
  /** The caller's own deadline or cancellation, on top of the policy's. */
  readonly signal?: AbortSignal | undefined;
}

export type ExternalCaller = <T>(request: CallRequest, send: (signal: AbortSignal) => Promise<T>) => Promise<T>;
