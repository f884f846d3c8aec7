// From an alert to what to do: each kind names its section of the runbook, and links to it where somebody has said where the
// runbook is.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { alertOf } from '../../../src/lib/alerts/alert.ts';
import { type Event, PROBLEM_KINDS } from '../../../src/lib/alerts/event.ts';
import { acceptedRun } from '../../support/runs.ts';

const NOW = new Date('2026-04-07T12:41:00Z');
const RUNBOOK = 'https://git.example/me/app/docs/runbook.md';
const run = acceptedRun('image', { model: 'nightly', state: 'failed', reason: 'It failed.', failure: 'exit-code' });
const since = new Date('2026-04-07T12:20:00Z');
const round = { model: 'nightly', round: 1234, closeTime: new Date('2026-04-07T13:00:00Z') };

const EVENTS: Readonly<Record<(typeof PROBLEM_KINDS)[number], Event>> = {
  'run-failed': { kind: 'run-failed', run },
  'run-in-trouble': {
    kind: 'run-in-trouble',
    run: acceptedRun('image', { state: 'waiting', waitingFor: 'room' }, { outcome: 'failed', failure: 'no-capacity' }),
  },
  'round-closing': { kind: 'round-closing', ...round, run: null },
  'round-missed': { kind: 'round-missed', ...round, run },
  'job-late': { kind: 'job-late', job: 'retrain', time: since, first: since, what: 'The app was down.' },
  'watcher-late': { kind: 'watcher-late', since, hasRun: true },
  'fallback-late': { kind: 'fallback-late', since, hasRun: false },
  'secret-expiring': { kind: 'secret-expiring', secret: 'numerai-secret-key', expiresOn: NOW },
  'key-refused': { kind: 'key-refused', secret: 'numerai-secret-key', why: 'It was revoked.', since },
  'starts-exceeded': { kind: 'starts-exceeded', isTest: false, bound: 50, day: '2026-04-07' },
  'receiver-gone': {
    kind: 'receiver-gone',
    receiver: { name: 'json:alert-json', secretName: 'alert-json' },
    version: null,
  },
};

const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');
const alerts = runbook.slice(runbook.indexOf('\n## Alerts\n'), runbook.indexOf('\n## Failures\n'));

const messageOf = (event: Event, text: string) =>
  alertOf(event, NOW, { publicUrl: undefined, alertWebhooks: [], dashboardLinks: [{ text, href: `${RUNBOOK}#top` }] })
    .message;

test.each(PROBLEM_KINDS)('the alert %s names its section of the runbook, and links to it', (kind) => {
  // The first heading of this text has the anchor; a failure may have the same name further down.
  expect(alerts).toContain(`\n### ${kind}\n`);
  expect(runbook.indexOf(`\n### ${kind}\n`)).toBeGreaterThanOrEqual(runbook.indexOf('\n## Alerts\n'));
  const { facts, links } = messageOf(EVENTS[kind], 'runbook');
  expect(facts).toContainEqual({ name: 'Runbook', value: `docs/runbook.md#${kind}` });
  expect(links).toEqual([{ title: 'Runbook', url: `${RUNBOOK}#${kind}` }]);
  expect(messageOf(EVENTS[kind], 'Elsewhere').links).toEqual([]);
});

test('what is over needs no runbook', () => {
  const over: Event = { kind: 'back-to-normal', subject: 'nightly', because: 'It is in.', run: null };
  const { facts, links } = messageOf(over, 'Runbook');
  expect([facts.filter(({ name }) => name === 'Runbook'), links]).toEqual([[], []]);
});
