// What the receivers of alerts have in common.

import type { EmulatorAnswer, EmulatorCall } from '../emulator.ts';

export type AlertFormat = 'discord' | 'slack' | 'teams' | 'json';

/** An alert that a receiver accepted. */
export interface ReceivedAlert {
  readonly format: AlertFormat;
  readonly receivedAt: Date;
  readonly body: unknown;
  /** What a person would read. */
  readonly text: string;
}

/** A receiver's answer to a call. */
export interface Verdict {
  readonly answer: EmulatorAnswer;
  /** What a person would read; absent if the alert was refused. */
  readonly text?: string;
}

export interface Receiver {
  /** Path and query of the webhook's URL, secrets included. */
  readonly path: string;
  /** Whether a call is meant for this service, whichever webhook it names. */
  isMeant(call: EmulatorCall): boolean;
  receive(call: EmulatorCall): Verdict;
  /** The service's error body for a call that fails by the fault list. */
  failureBody(failure: Failure): object | string;
}

export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds: number | undefined;
}

/** The body as JSON; undefined if it is not JSON or has another content type. */
export function jsonBody(call: EmulatorCall): unknown {
  if (!/^application\/json\b/.test(call.headers['content-type'] ?? '')) return undefined;
  try {
    return JSON.parse(call.body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The lines that are not empty. */
export const lines = (...parts: (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join('\n');
