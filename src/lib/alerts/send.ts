// One message to one webhook.

import type { AlertWebhook } from '../config/settings.ts';
import type { ExternalCaller } from '../util/external-call.ts';
import { type Message, withoutSecrets } from './alert.ts';
import { discord } from './formats/discord.ts';
import { slack } from './formats/slack.ts';
import { teams } from './formats/teams.ts';
import { callSecretUrl, readSecretUrl, type SecretUrlDependencies } from './secret-url.ts';

/** The body to post in the format of each receiver. */
export const FORMATS = { discord, slack, teams, json: (message: Message) => message } as const;

export interface SendDependencies extends SecretUrlDependencies {
  readonly call: ExternalCaller;
}

/**
 * Posts the message.
 * @throws {ExternalCallError} where the receiver did not take it; AppError where there is no usable URL.
 */
export async function sendMessage(
  dependencies: SendDependencies,
  webhook: AlertWebhook,
  message: Message,
): Promise<void> {
  const { name, format, secretName } = webhook;
  const url = await readSecretUrl(dependencies, secretName);
  const body = JSON.stringify(FORMATS[format](withoutSecrets(message, dependencies.redaction.apply)));
  const headers = { 'content-type': 'application/json' };
  await dependencies.call({ service: 'alert', operation: `send an alert to ${name}` }, (signal) =>
    callSecretUrl(dependencies, url, { method: 'POST', headers, body }, signal),
  );
}
