// The headers of Standard Webhooks, by which a receiver knows what it has had already, and that it comes from the app.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

import { createHmac } from 'node:crypto';
import { AppError } from '../util/errors.ts';

const KEY = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;
/** Bytes of a key: fewer could be guessed, more are no more secret. */
const KEY_BYTES = { least: 24, most: 64 };
/** The one in use, and one that is about to be, or was until a moment ago. */
const KEYS_AT_MOST = 2;

/**
 * Reads the keys that a secret holds: one, or two with a blank between while one takes the place of the other.
 * @throws {AppError} where it holds none.
 */
export function signingKeys(secretName: string, value: string): readonly Buffer[] {
  const keys = value.split(/\s+/).map((each) => Buffer.from(KEY.exec(each)?.[1] ?? '', 'base64'));
  const areKeys = keys.every(({ length }) => length >= KEY_BYTES.least && length <= KEY_BYTES.most);
  if (areKeys && keys.length <= KEYS_AT_MOST) return keys;
  throw new AppError(
    'bad-webhook',
    `The secret ${secretName} is no signing key. Set it to \`whsec_\` and ${KEY_BYTES.least} to ${KEY_BYTES.most} random bytes in base64; while the key is changed, to the new one and the old one with a blank between.`,
  );
}

/**
 * @param id the same however often the message is sent.
 * @param now when it is sent: a receiver takes nothing that was recorded long ago and is played back.
 * @param keys each signs; where there is none, nothing says who has sent the message.
 */
export function webhookHeaders(
  id: string,
  now: Date,
  body: string,
  keys: readonly Buffer[],
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signed = (key: Buffer) => createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(keys.length === 0 ? {} : { 'webhook-signature': keys.map((key) => `v1,${signed(key)}`).join(' ') }),
  };
}
