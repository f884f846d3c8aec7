import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type AlertReceivers,
  startAlertReceivers,
} from '../../../../local/emulators/alert-receivers/alert-receivers.ts';
import { trustedCertificates } from '../trusted-certificates.ts';

const certificates = await trustedCertificates();
let receivers: AlertReceivers;

beforeAll(async () => {
  receivers = await startAlertReceivers({ certificates });
});
beforeEach(() => {
  receivers.received.length = 0;
});
afterAll(() => receivers.close());

const post = (url: string, body: unknown, contentType = 'application/json') =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const card = (...body: object[]) => ({
  type: 'message',
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive',
      content: { type: 'AdaptiveCard', version: '1.4', body },
    },
  ],
});
const textBlock = (text: string) => ({ type: 'TextBlock', text, wrap: true });

describe('Discord', () => {
  test('accepts content and embeds, and answers without a body', async () => {
    const embeds = [{ title: 'Round 1234', fields: [{ name: 'Model', value: 'demo' }] }];
    const response = await post(receivers.urls.discord, { content: 'Missed', embeds });
    expect(response.status).toBe(204);
    expect(receivers.received).toMatchObject([
      { format: 'discord', text: 'Missed\nRound 1234\nModel\ndemo', body: { embeds } },
    ]);
  });

  test.for([
    ['no message', {}, 50006],
    ['an empty message', { content: '' }, 50006],
    ['content of over 2,000 characters', { content: 'x'.repeat(2001) }, 50035],
    ['eleven embeds', { embeds: Array.from({ length: 11 }, () => ({ title: 't' })) }, 50035],
    ['a title of over 256', { embeds: [{ title: 'x'.repeat(257) }] }, 50035],
    ['a field without a value', { embeds: [{ fields: [{ name: 'n', value: '' }] }] }, 50035],
    [
      'embeds of over 6,000 altogether',
      { embeds: [{ description: 'x'.repeat(4000) }, { description: 'x'.repeat(2001) }] },
      50035,
    ],
    ['what is no JSON', '{', 50109],
  ] as const)('refuses %s', async ([, body, code]) => {
    const response = await post(receivers.urls.discord, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code });
    expect(receivers.received).toEqual([]);
  });

  test('says which part of a form is wrong', async () => {
    const embeds = [{ title: 'fine' }, { fields: [{ name: 'n', value: 'x'.repeat(1025) }] }];
    const response = await post(receivers.urls.discord, { embeds });
    const reason = { code: 'BASE_TYPE_MAX_LENGTH', message: 'Must be 1024 or fewer in length.' };
    expect(await response.json()).toEqual({
      message: 'Invalid Form Body',
      code: 50035,
      errors: { embeds: { 1: { fields: { 0: { value: { _errors: [reason] } } } } } },
    });
  });

  test('knows its webhook by id and token', async () => {
    const content = { content: 'hello' };
    const wrongToken = receivers.urls.discord.replace(/[^/]+$/, 'wrong');
    expect((await post(wrongToken, content)).status).toBe(401);
    const wrongId = receivers.urls.discord.replace(/webhooks\/\d+/, 'webhooks/1');
    expect((await post(wrongId, content)).status).toBe(404);
  });

  test('says how long to wait when it throttles', async () => {
    receivers.emulator.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 2, times: 1 });
    const response = await post(receivers.urls.discord, { content: 'hello' });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(await response.json()).toMatchObject({ retry_after: 2, global: false });
  });
});

describe('Slack', () => {
  test('accepts text and blocks, and answers ok', async () => {
    const blocks = [
      { type: 'header', text: { type: 'plain_text', text: 'Round 1234' } },
      section('Missed'),
      { type: 'divider' },
    ];
    const response = await post(receivers.urls.slack, { text: 'Round 1234 missed', blocks });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('ok');
    expect(receivers.received).toMatchObject([{ format: 'slack', text: 'Round 1234\nMissed' }]);
  });

  test.for([
    ['no text', {}, 'no_text'],
    ['what is no JSON', '{', 'invalid_payload'],
    ['51 blocks', { blocks: Array.from({ length: 51 }, () => section('x')) }, 'invalid_blocks'],
    ['a section of over 3,000', { blocks: [section('x'.repeat(3001))] }, 'invalid_blocks'],
    ['an empty section', { blocks: [section('')] }, 'invalid_blocks'],
    ['a block that does not exist', { blocks: [{ type: 'paragraph' }] }, 'invalid_blocks'],
    ['a header in markdown', { blocks: [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }] }, 'invalid_blocks'],
  ] as const)('refuses %s', async ([, body, answer]) => {
    const response = await post(receivers.urls.slack, body);
    expect(response.status).toBe(400);
    expect(await response.text()).toBe(answer);
    expect(receivers.received).toEqual([]);
  });

  test('knows its webhook', async () => {
    const response = await post(receivers.urls.slack.replace(/[^/]+$/, 'wrong'), { text: 'x' });
    expect(response.status).toBe(403);
    expect(await response.text()).toBe('invalid_token');
  });
});

describe('Teams', () => {
  test('accepts an adaptive card, and answers 202', async () => {
    const facts = { type: 'FactSet', facts: [{ title: 'Model', value: 'demo' }] };
    const response = await post(receivers.urls.teams, card(textBlock('Missed'), facts));
    expect(response.status).toBe(202);
    expect(receivers.received).toMatchObject([{ format: 'teams', text: 'Missed\nModel: demo' }]);
  });

  test.for([
    ['plain text', { text: 'hello' }, 400],
    ['a message card of the old kind', { '@type': 'MessageCard', text: 'hello' }, 400],
    ['an empty card', card(), 400],
    ['a text without words', card(textBlock('')), 400],
    ['a message of over 28 KB', card(textBlock('x'.repeat(29_000))), 413],
  ] as const)('refuses %s', async ([, body, status]) => {
    expect((await post(receivers.urls.teams, body)).status).toBe(status);
    expect(receivers.received).toEqual([]);
  });

  test('requires the signature and the version in the URL', async () => {
    for (const [parameter, status] of [
      ['sig', 401],
      ['api-version', 400],
    ] as const) {
      const url = new URL(receivers.urls.teams);
      url.searchParams.delete(parameter);
      expect((await post(url.href, card(textBlock('x')))).status).toBe(status);
    }
  });
});

describe('a receiver of Standard Webhooks', () => {
  const BODY = JSON.stringify({ type: 'round-missed', timestamp: '2026-04-07T13:00:00Z', data: { model: 'm' } });
  const signed = (body: string, changes: Record<string, string> = {}, sentAt = new Date()) => ({
    'content-type': 'application/json',
    'webhook-id': 'one',
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'webhook-signature': new Webhook(receivers.signingKey).sign('one', sentAt, body),
    ...changes,
  });
  const send = async (body: string, headers: Record<string, string>) =>
    (await fetch(receivers.urls.json, { method: 'POST', headers, body })).status;

  test('accepts what is signed, also by another key besides', async () => {
    expect(await send(BODY, signed(BODY))).toBe(200);
    const { 'webhook-signature': own, ...others } = signed(BODY);
    expect(await send(BODY, { ...others, 'webhook-signature': `v1,AAAA ${own}` })).toBe(200);
    expect(receivers.received).toMatchObject([{ format: 'json', body: { type: 'round-missed' } }, { format: 'json' }]);
  });

  test.each([
    ['a body that was changed', 401, () => send(BODY.replace('"m"', '"n"'), signed(BODY))],
    ['another id', 401, () => send(BODY, signed(BODY, { 'webhook-id': 'two' }))],
    ['an id with a full stop', 400, () => send(BODY, signed(BODY, { 'webhook-id': 'one.two' }))],
    ['what was sent long ago', 401, () => send(BODY, signed(BODY, {}, new Date(Date.now() - 6 * 60_000)))],
    ['what nobody signed', 400, () => send(BODY, { 'content-type': 'application/json' })],
    ['another content type', 400, () => send(BODY, signed(BODY, { 'content-type': 'text/plain' }))],
    ['a body of another form', 400, () => send('{"event":"missed"}', signed('{"event":"missed"}'))],
    ['another address', 404, async () => (await post(`${receivers.urls.json}x`, {})).status],
  ])('refuses %s', async (_what, status, attempt) => {
    expect(await attempt()).toBe(status);
    expect(receivers.received).toEqual([]);
  });
});

test('the page shows what was received, newest first, as text', async () => {
  const page = async () => (await fetch(receivers.emulator.url)).text();
  expect(await page()).toContain('Nothing has been received yet.');
  await post(receivers.urls.slack, { text: 'first' });
  await post(receivers.urls.slack, { text: '<script>second</script>' });
  const html = await page();
  expect(html).toContain('&lt;script&gt;second&lt;/script&gt;');
  expect(html.indexOf('second')).toBeLessThan(html.indexOf('first'));
  const list = await (await fetch(`${receivers.emulator.url}/alerts`)).json();
  expect(list).toMatchObject([{ text: 'first' }, { text: '<script>second</script>' }]);
});
