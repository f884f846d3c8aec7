// How a command fails: an exit code for programs, a message for a person.

import { ConfigurationError, messageOf, NotFoundError } from '../src/lib/util/errors.ts';
import { ExternalCallError } from '../src/lib/util/external-call.ts';
import { KeyRefusedError } from '../src/lib/verification/submission-source.ts';
import { NEEDED_SCOPES } from './numerai-key.ts';

export const EXIT = {
  ok: 0,
  failed: 1,
  /** A wrong command line, a missing or refused key, a fault in models.json. */
  usage: 2,
  /** The app or Numerai does not answer. */
  unreachable: 3,
  /** No round is open. */
  noRound: 4,
  /** Not finished in the time that was given. */
  timeout: 5,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command. The message says what to do. */
export class CommandFailure extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The scopes by Numerai's own names; the page may word them differently. */
export const HOW_TO_MAKE_A_KEY = `Make an API key at https://numer.ai/account, "Your API keys", that may ${new Intl.ListFormat('en-GB').format(Object.entries(NEEDED_SCOPES).map(([scope, words]) => `${words} (${scope})`))}.`;

/** What a failure means to a caller. An unexpected one keeps its own message. */
export function asFailure(error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  if (error instanceof ConfigurationError || error instanceof NotFoundError)
    return new CommandFailure(EXIT.usage, error.message);
  if (error instanceof ExternalCallError && error.failure !== 'refused')
    return new CommandFailure(
      EXIT.unreachable,
      `${error.message.replace(/\.$/, '')}${causeOf(error.cause)}. Check the network, and try again in a minute.`,
    );
  if (error instanceof KeyRefusedError && !/insufficient permission/i.test(error.message))
    return new CommandFailure(
      EXIT.usage,
      `Numerai does not accept the API key: it is invalid or expired. ${HOW_TO_MAKE_A_KEY}`,
    );
  if (error instanceof KeyRefusedError)
    return new CommandFailure(EXIT.usage, `${error.message}. The API key lacks a scope. ${HOW_TO_MAKE_A_KEY}`);
  return new CommandFailure(EXIT.failed, messageOf(error));
}

/** ` (ECONNREFUSED)`: what `fetch failed` leaves out. */
export function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error)) return '';
  return ` (${'code' in cause ? String(cause.code) : cause.message})`;
}
