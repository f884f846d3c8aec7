// What a receiver of plain JSON can rely on: Standard Webhooks, verified by their own library.

import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { signingKeys, webhookHeaders } from '../../../src/lib/alerts/signature.ts';
import { startSimulatedApp } from '../../simulation/app/simulated-app.ts';
import { messageIn } from '../../support/json-alert.ts';
import { roundsAtNoon } from '../../support/schedules.ts';

const key = (byte: number, length = 24) => `whsec_${Buffer.alloc(length, byte).toString('base64')}`;
const BODY = '{"type":"round-missed","data":{"title":"nicht eingereicht: übermorgen 😀"}}';

describe('a signature', () => {
  const headersBy = (secret: string, now = new Date()) =>
    webhookHeaders('round-missed:m:1234', now, BODY, signingKeys('a-key', secret));

  test.each([
    ['the key', key(1)],
    ['the longest key', key(1, 64)],
    ['the new key, while the old one is still in use', `${key(1)} ${key(2)}`],
    ['the old key, while the new one is', `${key(2)} ${key(1)}`],
    ['a key on a line of its own', `${key(2)}\n${key(1)}`],
  ])('holds by %s', (_what, secret) => {
    const known = key(1, secret === key(1, 64) ? 64 : 24);
    expect(new Webhook(known).verify(BODY, headersBy(secret))).toEqual(JSON.parse(BODY));
  });

  test.each([
    ['by another key', () => new Webhook(key(3)).verify(BODY, headersBy(`${key(1)} ${key(2)}`))],
    ['for another body', () => new Webhook(key(1)).verify(`${BODY} `, headersBy(key(1)))],
    ['for long', () => new Webhook(key(1)).verify(BODY, headersBy(key(1), new Date(Date.now() - 10 * 60_000)))],
  ])('does not hold %s', (_what, verify) => {
    expect(verify).toThrow(WebhookVerificationError);
  });

  test('is not there where there is no key', () => {
    expect(Object.keys(webhookHeaders('x', new Date(0), BODY, []))).toEqual(['webhook-id', 'webhook-timestamp']);
  });
});

test.each([
  ['nothing', ''],
  ['no prefix', Buffer.alloc(24, 1).toString('base64')],
  ['a short key', key(1, 23)],
  ['a long key', key(1, 65)],
  ['what is no base64', 'whsec_****************************************'],
  ['one that is none', `${key(1)} other`],
  ['three keys', `${key(1)} ${key(2)} ${key(3)}`],
])('%s is no signing key, and that is said without it', (_what, secret) => {
  const attempt = () => signingKeys('a-key', secret);
  expect(attempt).toThrow(
    /^The secret a-key is no signing key\. Set it to `whsec_` and 24 to 64 random bytes in base64/,
  );
  for (const part of secret.split(' ').filter((each) => each !== '')) expect(attempt).not.toThrow(part);
});

describe('a receiver of plain JSON', () => {
  const MODEL = {
    name: 'm',
    tournament: 'classic',
    container: { image: 'example.org/m:1' },
    maxAttempts: 1,
    fallback: false,
  };
  const ROUNDS = roundsAtNoon([1001, '2026-04-07'], [1002, '2026-04-08']);
  const open = (ALERT_WEBHOOKS: string) =>
    startSimulatedApp('2026-04-07T12:30:00Z', { models: [MODEL], schedule: ROUNDS, settings: { ALERT_WEBHOOKS } });
  type App = Awaited<ReturnType<typeof open>>;
  const calls = ({ world }: App) =>
    world.alertReceivers.emulator.calls.filter(({ url }) => url.pathname.startsWith('/json/'));

  test('takes what the app signs, and knows what it had by its id', async () => {
    const app = await open('json:alert-json:alert-json-key');
    const { emulator, received } = app.world.alertReceivers;
    emulator.faults.add({ kind: 'drop-after', times: 1 });
    await app.pass(40);
    const ids = calls(app).map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids)).toEqual(new Set(received.map(({ body }) => messageIn(body).id)));
    expect(ids.length).toBeGreaterThan(new Set(ids).size);
  });

  test('refuses it where the keys differ; that is tried again, and both are told apart from a wrong URL', async () => {
    const app = await open('json:alert-json:alert-json-key');
    app.world.keyVault.setSecret('alert-json-key', key(7));
    await app.pass(15);
    expect(calls(app).map(({ status }) => status)).toEqual(expect.arrayContaining([401, 401]));
    app.world.keyVault.setSecret('alert-json-key', `${key(7)} ${app.world.alertReceivers.signingKey}`);
    await app.pass(15);
    expect(app.titles()).toContainEqual(expect.stringMatching(/^m: no submission, and round 1001 closes in/));
  });

  test('that answers 410 is left alone until its URL is another, and the others are told', async () => {
    const app = await open('json:alert-json:alert-json-key,discord:alert-discord');
    const { emulator, urls, received } = app.world.alertReceivers;
    emulator.faults.add({ kind: 'status', status: 410, match: { path: '/json/' } });
    await app.pass(40);
    expect(calls(app).map(({ status }) => status)).toEqual([410]);
    const told = () =>
      received.filter(({ format }) => format === 'discord').map(({ text }) => text.replaceAll('\\', ''));
    expect(told()).toEqual([
      expect.stringMatching(/^m: no submission, and round 1001 closes in/),
      expect.stringMatching(/^The receiver json:alert-json:alert-json-key wants no more alerts/),
      expect.stringMatching(/^m: round 1001 was missed/),
    ]);
    emulator.faults.clear();
    // A new version of the secret: the same URL, which takes alerts again.
    app.world.keyVault.setSecret('alert-json', urls.json);
    await app.sleepUntil(new Date('2026-04-08T12:41:00Z'));
    await app.pass(15);
    expect(app.titles()[0]).toMatch(/^m: no submission, and round 1002 closes in/);
    expect(told()).toContainEqual(
      expect.stringMatching(/^The receiver json:alert-json:alert-json-key: back to normal/),
    );
  });

  test('is obeyed where it says when to come back', async () => {
    const app = await open('json:alert-json:alert-json-key');
    app.world.alertReceivers.emulator.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 600, times: 1 });
    await app.pass(25);
    const [first, second] = calls(app).map(({ headers }) => Number(headers['webhook-timestamp']));
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(600);
  });
});
