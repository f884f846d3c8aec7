// One message to one webhook.

import type { AlertWebhook } from '../config/settings.ts';
import type { ExternalCaller } from '../util/external-call.ts';
import { type Message, withoutSecrets } from './alert.ts';
import { discord } from './formats/discord.ts';
import { json } from './formats/json.ts';
import { slack } from './formats/slack.ts';
import { teams } from './formats/teams.ts';
import { callSecretUrl, type SecretUrlDependencies } from './secret-url.ts';
import { signingKeys, webhookHeaders } from './signature.ts';

/** The body to post in the format of each receiver. */
export const FORMATS = { discord, slack, teams, json } as const;

export interface SendDependencies extends SecretUrlDependencies {
  readonly call: ExternalCaller;
}

/**
 * Posts the message. One of plain JSON is named, and signed where there is a key.
 * @param url the receiver's, a secret.
 * @param now when it is sent.
 * @throws {ExternalCallError} where the receiver did not take it; AppError where there is no usable key.
 */
export async function sendMessage(
  dependencies: SendDependencies,
  { name, format, keySecret }: AlertWebhook,
  url: URL,
  message: Message,
  now: Date,
): Promise<void> {
  const body = JSON.stringify(FORMATS[format](withoutSecrets(message, dependencies.redaction.apply)));
  const keys =
    keySecret === undefined ? [] : signingKeys(keySecret, (await dependencies.secrets.getOrLast(keySecret)).value);
  const headers = {
    'content-type': 'application/json',
    ...(format === 'json' ? webhookHeaders(message.id, now, body, keys) : {}),
  };
  await dependencies.call({ service: 'alert', operation: `send an alert to ${name}` }, (signal) =>
    callSecretUrl(dependencies, url, { method: 'POST', headers, body }, signal),
  );
}
