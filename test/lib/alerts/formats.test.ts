// Alerts as people read them, in each format: posted to receivers as strict as the services' own pages.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AlertReceivers, startAlertReceivers } from '../../../local/emulators/alert-receivers/alert-receivers.ts';
import { ensureCertificates, trustAuthority } from '../../../local/emulators/certificates.ts';
import { alertOf, type Message, messageAt } from '../../../src/lib/alerts/alert.ts';
import type { Event } from '../../../src/lib/alerts/event.ts';
import { escapeWithin, within } from '../../../src/lib/alerts/formats/escape.ts';
import { FORMATS } from '../../../src/lib/alerts/send.ts';
import { signingKeys, webhookHeaders } from '../../../src/lib/alerts/signature.ts';
import { acceptedRun } from '../../support/runs.ts';

const FORMAT_NAMES = ['discord', 'slack', 'teams', 'json'] as const;
const NOW = new Date('2026-04-07T12:41:00Z');

let folder: string;
let receivers: AlertReceivers;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'formats-'));
  const certificates = await ensureCertificates(folder);
  trustAuthority(certificates);
  receivers = await startAlertReceivers({ certificates });
});
afterAll(async () => {
  await receivers.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  receivers.received.length = 0;
});

const run = (reason: string | null = 'The container ended with exit code 3; its log says why.') =>
  acceptedRun('image', { id: '01KNKX2G30XV8R92K0W5HZH0GG', model: 'nightly', state: 'failed', reason }, { number: 2 });
const closeTime = new Date('2026-04-07T13:00:00Z');
const closing = (more: object = {}): Event => ({
  kind: 'round-closing',
  model: 'nightly',
  round: 1234,
  closeTime,
  run: null,
  ...more,
});
const since = new Date('2026-04-07T12:20:00Z');

const ALERTS: readonly (readonly [string, Event])[] = [
  ['a failed run', { kind: 'run-failed', run: run() }],
  ['a failed run of no round', { kind: 'run-failed', run: { ...run(null), round: null } }],
  ['a round about to close', closing()],
  ['a round about to close with a run', closing({ run: run() })],
  ['a day about to close', closing({ round: null })],
  ['a missed round', { kind: 'round-missed', model: 'nightly', round: 1234, closeTime, run: run() }],
  ['a late watcher', { kind: 'watcher-late', since, hasRun: true }],
  ['a late fallback', { kind: 'fallback-late', since, hasRun: false }],
  [
    'a secret about to expire',
    {
      kind: 'secret-expiring',
      secret: 'numerai-secret-key',
      expiresOn: new Date('2026-04-12T00:00:00Z'),
    },
  ],
  [
    'back to normal',
    {
      kind: 'back-to-normal',
      subject: 'nightly',
      because: 'The submission for round 1234 is in.',
      run: { ...run(null), state: 'succeeded' },
    },
  ],
];

/** What a "back to normal" ends. */
const ENDS: readonly Event[] = [
  { kind: 'run-failed', run: run() },
  { kind: 'run-failed', run: { ...run(), id: '01KNKX2G30XV8R92K0W5HZH0GH' } },
  closing(),
];

/** The message as it is sent at once, with other words where they are given. */
function messageOf(event: Event, publicUrl?: string, words: { text?: string } = {}): Message {
  const settings = { publicUrl, alertWebhooks: [] };
  const ends = ENDS.map((ended) => alertOf(ended, NOW, settings));
  return { ...messageAt(alertOf(event, NOW, settings, ends), NOW), ...words };
}

/** Posts an alert in one format. @returns the status, and what a person would read. */
async function post(format: (typeof FORMAT_NAMES)[number], message: Message) {
  const body = JSON.stringify(FORMATS[format](message));
  const keys = signingKeys('alert-json-key', receivers.signingKey);
  const response = await fetch(receivers.urls[format], {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...webhookHeaders(message.id, new Date(), body, keys) },
    body,
  });
  const answer = await response.text();
  return { ok: response.ok, answer, text: receivers.received.at(-1)?.text ?? '' };
}

describe.each(FORMAT_NAMES)('%s', (format) => {
  test.each(ALERTS)('takes %s, with and without links', async (_what, event) => {
    const taken = await post(format, messageOf(event, 'https://app.example'));
    expect(taken.ok, taken.answer).toBe(true);
    expect(taken.text).toContain('https://app.example/api/dashboard');
    const plain = await post(format, messageOf(event));
    expect(plain.ok, plain.answer).toBe(true);
    expect(plain.text).not.toContain('http');
  });

  const hostile =
    '<!channel> @everyone **bold** [link](https://evil.example) `code` <script>alert(1)</script> & "quotes" \\ \u0000 \ud800 \u202e';

  test.each([
    ['of any kind', hostile],
    ['longer than the format allows', `${'<*_'.repeat(20_000)}`],
    ['of many bytes', '😀'.repeat(10_000)],
  ])('takes words from outside %s', async (_what, text) => {
    const event: Event = { kind: 'run-failed', run: run(text) };
    // As an alert carries them, and as long as a message may be.
    for (const message of [messageOf(event), messageOf(event, undefined, { text: within(text, 4_000) })]) {
      const taken = await post(format, message);
      expect(taken.ok, taken.answer).toBe(true);
    }
  });
});

test('nothing from external calls people, or is read as a link', async () => {
  const reason = '<!channel> @everyone [link](https://evil.example) <@U1>';
  const message = messageOf({ kind: 'run-failed', run: run(reason) });
  expect(FORMATS.discord(message)).toMatchObject({
    allowed_mentions: { parse: [] },
    embeds: [{ description: expect.stringContaining('\\[link\\]\\(https\\://evil.example\\)') }],
  });
  expect(FORMATS.slack(message)).toMatchObject({
    blocks: [{ type: 'header' }, { text: { type: 'plain_text' } }, { fields: expect.anything() }],
  });
  expect(JSON.stringify(FORMATS.teams(message))).not.toMatch(/"(TextBlock|FactSet)"/);
});

test.each([
  [
    'a failed run',
    'nightly: the run for round 1234 failed',
    /^Fix the cause.* No other attempt follows by itself\. .*exit code 3; its log says why\.$/,
  ],
  ['a failed run of no round', 'nightly: the run failed', /^Fix the cause.* No reason is known\.$/],
  [
    'a round about to close',
    'nightly: no submission, and round 1234 closes in 19 min',
    /^Start the model from the dashboard, or submit by hand\. No run has been started/,
  ],
  [
    'a round about to close with a run',
    'nightly: no submission, and round 1234 closes in 19 min',
    /^Start the model .* Attempt 2 failed\. The container/,
  ],
  [
    'a day about to close',
    "nightly: no submission known, and today's round closes in 19 min",
    /Start the model from the dashboard/,
  ],
  ['a missed round', 'nightly: round 1234 was missed', /fix the cause before the next one opens/],
  ['a late watcher', 'The watcher has not run since 2026-04-07 12:20 UTC', /function watcher/],
  ['a secret about to expire', 'The secret numerai-secret-key expires within a week', /new version/],
  [
    'back to normal',
    'nightly: back to normal',
    /submission for round 1234 is in.*a run that failed, a round about to close/,
  ],
])('%s reads well', (what, title, text) => {
  const event = ALERTS.find(([name]) => name === what)?.[1];
  if (event === undefined) throw new Error(`No alert is called ${what}.`);
  const message = messageOf(event);
  expect(message.title).toBe(title);
  expect(message.text).toMatch(text);
});

describe('cutting', () => {
  test.each([
    ['what fits is whole', 'abcde', 5, 'abcde'],
    ['what does not ends with an ellipsis', 'abcdef', 5, 'abcd…'],
    ['no character is halved', 'abc😀', 4, 'abc…'],
    ['what fits exactly with a wide character is whole', 'abc😀', 5, 'abc😀'],
  ])('%s', (_what, text, max, cut) => {
    expect(within(text, max)).toBe(cut);
    expect(within(text, max).length).toBeLessThanOrEqual(max);
  });

  test('no escape is halved', () => {
    const escaped = escapeWithin('**', 3, (character) => `\\${character}`);
    expect(escaped).toBe('\\*…');
  });
});
