// One message to one webhook. Its URL is a secret, since anyone who has it can post: no error and no log line
// holds any part of it, whatever the network or the receiver says.

import type { SecretStore } from '../config/secrets.ts';
import type { AlertWebhook } from '../config/settings.ts';
import { AppError } from '../util/errors.ts';
import type { ExternalCaller } from '../util/external-call.ts';
import type { Redaction } from '../util/redaction.ts';
import type { Message } from './alert.ts';
import { discord } from './formats/discord.ts';
import { slack } from './formats/slack.ts';
import { teams } from './formats/teams.ts';

/** The body to post in the format of each receiver. */
export const FORMATS = { discord, slack, teams, json: (message: Message) => message } as const;

/** How much of a receiver's answer is quoted. */
const ANSWER_QUOTED = 200;

export interface SendDependencies {
  readonly secrets: SecretStore;
  readonly call: ExternalCaller;
  /** Alerts go to webhooks of the operator's choice. */
  readonly fetch: typeof fetch;
  readonly redaction: Redaction;
}

/**
 * Posts the message.
 * @throws {ExternalCallError} where the receiver did not take it; {@link AppError} where there is no usable URL.
 */
export async function sendMessage(
  dependencies: SendDependencies,
  webhook: AlertWebhook,
  message: Message,
): Promise<void> {
  const { name, format, secretName } = webhook;
  const url = parseUrl((await dependencies.secrets.get(secretName)).value, secretName);
  // A part of the URL is as good as the whole: receivers quote the path.
  const hidden = [url.pathname + url.search, url.pathname, ...url.pathname.split('/')];
  for (const part of [...hidden, ...url.searchParams.values()])
    if (part.length >= SHORTEST_TOKEN) dependencies.redaction.add(part);
  const body = JSON.stringify(FORMATS[format](withoutSecrets(message, dependencies.redaction)));

  await dependencies.call({ service: 'alert', operation: `send an alert to ${name}` }, (signal) =>
    post(dependencies, url, body, signal),
  );
}

/** Before anything is escaped or cut: a half secret, or one with backslashes in it, would not be found. */
function withoutSecrets(message: Message, { apply }: Redaction): Message {
  return {
    ...message,
    title: apply(message.title),
    text: apply(message.text),
    facts: message.facts.map(({ name, value }) => ({ name, value: apply(value) })),
  };
}

/** Shorter parts of a path are words such as `api` and `webhooks`. */
const SHORTEST_TOKEN = 12;

async function post(
  { fetch, redaction }: Pick<SendDependencies, 'fetch' | 'redaction'>,
  url: URL,
  body: string,
  signal: AbortSignal,
): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal,
      // A redirect would hand the message to somebody else.
      redirect: 'manual',
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new Error(`The receiver could not be reached${codeOf(error)}.`);
  }
  const answer = await response.text().catch(() => '');
  if (response.ok) return;
  const said = redaction.apply(answer).replace(/\s+/g, ' ').slice(0, ANSWER_QUOTED);
  throw Object.assign(new Error(`The receiver answered HTTP ${response.status}${said === '' ? '.' : `: ${said}`}`), {
    statusCode: response.status,
    response: { headers: response.headers },
  });
}

/** Node hangs the reason on the cause; its message may name the host, its code does not. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? ` (${code})` : '';
}

function parseUrl(text: string, secretName: string): URL {
  const trimmed = text.trim();
  const url = URL.canParse(trimmed) ? new URL(trimmed) : null;
  if (url === null || url.protocol !== 'https:')
    throw new AppError(
      'bad-webhook',
      `The secret ${secretName} is not the https URL of a webhook. Set it to the URL that the receiver gave you.`,
    );
  return url;
}
