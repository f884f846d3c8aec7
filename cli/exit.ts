// How a command ends: codes for programs, one sentence for a person.

import { ExternalCallError } from '../src/lib/azure/external-call.ts';
import { NumeraiError } from '../src/lib/numerai/graphql.ts';
import { ConfigurationError, messageOf, NotFoundError } from '../src/lib/util/errors.ts';

export const EXIT = {
  ok: 0,
  /** What was asked for did not come about. */
  failed: 1,
  /** A wrong command line, a missing or refused key, a fault in models.json. */
  usage: 2,
  /** The app or Numerai does not answer. */
  unreachable: 3,
  /** No round is open. */
  noRound: 4,
  /** Still under way when the time that was given was over. */
  timeout: 5,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command. The message tells what to do. */
export class CommandFailure extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The scopes by Numerai's own names; the page may word them differently. */
export const WHERE_KEYS_ARE_MADE =
  'Make an API key at https://numer.ai/account, "Your API keys", that may read user info (read_user_info), read submission info (read_submission_info) and upload submissions (upload_submission).';

/** What a failure means to a caller; anything unexpected keeps its own message. */
export function asFailure(error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  if (error instanceof ConfigurationError || error instanceof NotFoundError)
    return new CommandFailure(EXIT.usage, error.message);
  if (error instanceof ExternalCallError) {
    return error.failure === 'refused'
      ? new CommandFailure(EXIT.failed, error.message)
      : new CommandFailure(
          EXIT.unreachable,
          `${error.message.replace(/\.$/, '')}${causeOf(error.cause)}. Is the network there? Try again in a minute.`,
        );
  }
  if (error instanceof NumeraiError && /session is invalid/i.test(error.message)) {
    return new CommandFailure(
      EXIT.usage,
      `Numerai does not accept the API key: it says that it is invalid or expired. ${WHERE_KEYS_ARE_MADE}`,
    );
  }
  if (error instanceof NumeraiError && /insufficient permission/i.test(error.message)) {
    return new CommandFailure(
      EXIT.usage,
      `${error.message}. The API key may not do this. ${WHERE_KEYS_ARE_MADE}`,
    );
  }
  return new CommandFailure(EXIT.failed, messageOf(error));
}

/** `fetch failed` tells nothing; its cause does. */
export function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error)) return '';
  return ` (${'code' in cause ? String(cause.code) : cause.message})`;
}
