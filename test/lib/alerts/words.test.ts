// What alerts say of a run that goes on, of a round about to close, and of what can be done.

import { describe, expect, test } from 'vitest';
import { alertOf } from '../../../src/lib/alerts/alert.ts';
import type { Event } from '../../../src/lib/alerts/event.ts';
import type { Attempt } from '../../../src/lib/runs/attempt.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import { type Submission, withSlots } from '../../../src/lib/runs/slots.ts';
import { acceptedRun, iso, runOf } from '../../support/runs.ts';

const NOW = new Date('2026-04-07T12:30:00Z');
const SETTINGS = { publicUrl: undefined, alertWebhooks: [] };
const WAITING = { state: 'waiting' } as const;
const refused = (failure: Run['failure'], more: Partial<Run> = {}, attempt: Partial<Attempt> = {}) =>
  runOf('image', { ...WAITING, ...more }, { failure, ...attempt });
const ended = (failure: Run['failure'], more: Partial<Run> = {}, attempt: Partial<Attempt> = {}) =>
  acceptedRun('image', { ...WAITING, ...more }, { failure, outcome: 'failed', endSeenAt: iso(60), ...attempt });

const ORDINARY = {
  waitingFor: 'somebody to fix the ordinary container',
  nextAttemptAt: '2026-04-07T12:45:00.000Z',
} as const;
const LAST = { lastResort: true, previousFailure: 'image', reason: 'It failed' } as const;

test.each<[Run, text: RegExp]>([
  [
    ended('image', { waitingFor: 'somebody to fix the image', nextAttemptAt: '2026-04-08T07:02:00.000Z' }),
    /^Only you can fix this \(runbook: image\)\. The app notices a changed secret or models\.json by itself; after any other fix, such as a new image, press Try now\. .*fix the image, tried again at 2026-04-08 07:02 UTC at the latest\.$/,
  ],
  [
    refused('quota', { waitingFor: 'quota that is free', nextAttemptAt: '2026-04-07T13:02:00.000Z' }),
    /^The app goes on by itself; look at it if you can \(runbook: quota\)\. .*is free, next tried at 13:02 UTC\.$/,
  ],
  [
    refused('secret', { waitingFor: 'somebody to fix the secret', nextAttemptAt: '2026-04-07T12:45:00.000Z' }),
    /^Only you can fix this \(runbook: secret\)\. The app tries again by itself; press Try now to start it at once\. .*fix the secret, tried again at 12:45 UTC at the latest\.$/,
  ],
  [
    ended('configuration', { waitingFor: 'somebody to fix the configuration', nextAttemptAt: NOW.toISOString() }),
    /^Only you can fix this .*fix the configuration, tried again now\.$/,
  ],
  [
    ended('exit-code', ORDINARY, { lastResort: true }),
    /^The app goes on by itself.*fix the ordinary container, tried again at 12:45 UTC at the latest\.$/,
  ],
  [
    ended('timeout', { lastResortNext: true }),
    /^The app goes on .* \(runbook: timeout\)\. .*The last resort is started\.$/,
  ],
  [
    ended('image', { lastResortNext: true }),
    /^Only you can fix the ordinary container \(runbook: image\)\. The last resort goes on by itself\. .*started\.$/,
  ],
  [
    ended('timeout', ORDINARY, { lastResort: true, previousFailure: 'image', reason: 'It hung' }),
    /^Only you can fix the ordinary container \(runbook: image\)\. The app notices .* The last resort has failed as well\. It hung\. .* at the latest\.$/,
  ],
  [
    // Its own start is refused: that is what keeps it.
    refused('quota', { waitingFor: 'quota that is free', nextAttemptAt: NOW.toISOString() }, LAST),
    /^The app goes on by itself; look at it if you can \(runbook: quota\)\. It failed\. It is waiting .*, tried again now\.$/,
  ],
  [
    ended(
      'numerai-models',
      { ...ORDINARY, waitingFor: 'somebody to fix numeraiModels, or the key of the account' },
      LAST,
    ),
    /Only you can fix this \(runbook: numerai-models\)\./,
  ],
  [
    ended('image', { waitingFor: 'somebody to fix the image', nextAttemptAt: null }),
    /^Only you can fix this \(runbook: image\)\. The app notices .*somebody to fix the image, and has had its try before the close\.$/,
  ],
  [
    refused('starts-exceeded', { waitingFor: 'somebody', nextAttemptAt: '2026-04-07T12:45:00.000Z' }),
    /^Raise the setting, then press Try now \(runbook: starts-exceeded\)\. .*, next tried at 12:45 UTC\.$/,
  ],
])('trouble is told with the day where it is another one, with who can help, and where to read on', (run, text) => {
  const { message } = alertOf({ kind: 'run-in-trouble', run }, NOW, SETTINGS);
  expect(message.text).toMatch(text);
  expect(message.facts).toContainEqual({ name: 'Failure', value: run.attempt?.failure });
});

const START_OR_SUBMIT = 'Start the model from the dashboard, or submit by hand.';
const CANCEL_OR_SUBMIT = 'If it cannot end in time, submit by hand, or cancel the run and start the model again.';
const HASTEN_OR_SUBMIT = 'Press Try now on the dashboard, or submit by hand.';
const FIX_OR_SUBMIT = (failure: string) =>
  `Only you can fix this (runbook: ${failure}): fix it, then press Try now on the dashboard, or submit by hand.`;
const UNKNOWN = { model: 'a', id: 'id-a', submission: 'unknown', submittedAt: null } as const;
const FULL = { failure: 'no-capacity', reason: 'Azure is full.' } as const;

test.each<[string, Run | null, cause: string, remedy: string]>([
  ['without a run', null, 'No run has been started for it.', START_OR_SUBMIT],
  [
    'with a run that failed',
    acceptedRun('image', { state: 'failed', reason: 'It broke' }),
    'Attempt 1 failed. It broke.',
    START_OR_SUBMIT,
  ],
  ['with one that has not started', runOf('image', { state: 'requested' }), 'has not started.', CANCEL_OR_SUBMIT],
  ['with one that is starting', acceptedRun('image', { state: 'starting' }), 'is starting.', CANCEL_OR_SUBMIT],
  ['with one that runs', acceptedRun('image', { state: 'running' }), 'Attempt 1 is running.', CANCEL_OR_SUBMIT],
  [
    'with one that waits',
    runOf('image', { ...WAITING, waitingFor: 'a region', nextAttemptAt: '2026-04-07T12:45:00.000Z' }, FULL),
    'Azure is full. It is waiting for a region, next tried at 12:45 UTC.',
    HASTEN_OR_SUBMIT,
  ],
  [
    'with one that is due',
    runOf('image', { ...WAITING, waitingFor: 'a region', nextAttemptAt: '2026-04-07T12:29:59.000Z' }, FULL),
    'Azure is full. It is waiting for a region, tried again now.',
    HASTEN_OR_SUBMIT,
  ],
  [
    'with one that waits without any attempt',
    { ...runOf('image', { ...WAITING, waitingFor: 'round 1 to open', reason: null }), attempt: null },
    'It is waiting for round 1 to open.',
    HASTEN_OR_SUBMIT,
  ],
  [
    'with one that only a person can fix',
    ended('image', { waitingFor: 'somebody to fix the image', nextAttemptAt: null, reason: null }),
    'fix the image, and has had its try before the close.',
    FIX_OR_SUBMIT('image'),
  ],
  [
    'with one whose last resort has failed',
    ended('timeout', { ...ORDINARY, reason: null }, LAST),
    'at the latest.',
    FIX_OR_SUBMIT('image'),
  ],
  [
    'at the bound of the day',
    refused('starts-exceeded', { waitingFor: 'the day to end' }),
    'It is waiting for the day to end.',
    'Raise the setting, then press Try now on the dashboard, or submit by hand.',
  ],
  [
    'with one that is not confirmed',
    acceptedRun('image', { state: 'succeeded', submission: 'unknown', slots: [UNKNOWN], reason: 'It ended.' }),
    'Attempt 1 ended well. It ended.',
    'Look at numer.ai whether it is there; if not, start the model again from the dashboard, or submit by hand.',
  ],
  [
    'with its last resort next',
    runOf('image', { ...WAITING, lastResortNext: true }, FULL),
    'Azure is full. The last resort is started.',
    CANCEL_OR_SUBMIT,
  ],
])('a round about to close %s says what is going on, and what can be done then', (_what, run, cause, remedy) => {
  const closeTime = new Date('2026-04-07T12:50:00Z');
  const { message } = alertOf({ kind: 'round-closing', model: 'm', round: 1, closeTime, run }, NOW, SETTINGS);
  expect([message.text.startsWith(remedy), message.text.endsWith(cause)], message.text).toEqual([true, true]);
});

test('a round whose close is that of the documented hours, that Numerai cannot be asked', () => {
  const closeTime = new Date('2026-04-07T13:00:00Z');
  const event = { kind: 'round-closing', model: 'm', round: null, closeTime, run: null } as const;
  expect(alertOf(event, NOW, SETTINGS).message.text).toBe(
    `${START_OR_SUBMIT} Numerai cannot be asked whether it has a submission. No run has been started for it.`,
  );
});

test.each<[string, Event, text: string]>([
  [
    'a round that nobody could check',
    { kind: 'round-missed', model: 'm', round: 1, closeTime: NOW, run: null, isUnchecked: true },
    'Nothing can be done for this round; fix the cause before the next one opens. The round has closed, and Numerai could not be asked whether it has a submission. No run has been started for it.',
  ],
  [
    'a day with too many starts',
    { kind: 'starts-exceeded', isTest: false, bound: 50, day: '2026-04-07' },
    "If that was meant, raise MAX_STARTS_PER_DAY in the app's settings; else make a new key and register the webhooks again. The dashboard shows who asked for so many. Runs wait until the day ends, so rounds may be missed. MAX_STARTS_PER_DAY keeps callers from running up costs.",
  ],
])('%s is told with what can be done', (_what, event, text) => {
  expect(alertOf(event, NOW, SETTINGS).message.text).toBe(text);
});

describe('of a run with several slots', () => {
  const slot = (model: string, submission: Submission) => ({ model, id: null, submission, submittedAt: null });
  const some = withSlots([slot('a', 'accepted'), slot('b', 'missing'), slot('c', 'rejected')]);
  const closeTime = new Date('2026-04-07T12:50:00Z');
  const said = (event: Event) => alertOf(event, NOW, SETTINGS).message;

  test('trouble says how many it has submitted', () => {
    const run = ended('missing-submission', some);
    expect(said({ kind: 'run-in-trouble', run }).title).toBe(
      'some-model: the run for round 1234 has submitted 1 of 3 models',
    );
  });

  test('what is not confirmed is not said to be missing, nor what nobody could check', () => {
    const slots = withSlots([slot('a', 'accepted'), { ...slot('b', 'unknown'), id: 'id-b' }]);
    const run = acceptedRun('image', { ...slots, state: 'succeeded', reason: 'Numerai is down.' });
    const about = { model: 'm', round: 1, closeTime, run } as const;
    expect(said({ kind: 'round-closing', ...about })).toMatchObject({
      title: 'm: 1 of 2 models is not confirmed, and round 1 closes',
      text: expect.stringMatching(
        /^Look at numer\.ai .* Attempt 1 ended well\. Numerai is down\. 1 of 2 models of some-model is not confirmed: b\.$/,
      ),
    });
    expect(said({ kind: 'round-missed', ...about, isUnchecked: true })).toMatchObject({
      title: 'm: nobody knows whether all 2 models have a submission in round 1',
      text: expect.stringMatching(/The round has closed, and Numerai could not be asked whether it has the others\. /),
    });
  });

  test('a failed run says how many are missing in its title, and which, once', () => {
    const reason = 'It broke. 2 of 3 models of some-model are missing: b, c.';
    const failed = acceptedRun('image', { ...some, state: 'failed', reason });
    const advice =
      'Fix the cause; while the round is open, press Retry on the dashboard, or submit by hand. No other attempt follows by itself.';
    expect(said({ kind: 'run-failed', run: failed })).toMatchObject({
      title: 'some-model: 2 of 3 models are missing, and the run for round 1234 failed',
      text: `${advice} ${reason}`,
    });
    expect(said({ kind: 'run-failed', run: { ...failed, reason: 'It broke.' } }).text).toBe(
      `${advice} It broke. 2 of 3 models of some-model are missing: b, c (not accepted by Numerai).`,
    );
  });

  test('an attempt that ended well is not said to have failed where the run did', () => {
    const run = acceptedRun('image', { ...some, state: 'failed', reason: 'Too late.' }, { outcome: 'succeeded' });
    expect(said({ kind: 'round-missed', model: 'm', round: 1, closeTime, run }).text).toContain(
      'The run failed. Too late.',
    );
  });

  test('a round about to close, or closed, says how many are missing, and which, once', () => {
    const run = acceptedRun('image', { ...some, state: 'running', reason: null });
    const about = { model: 'm', round: 1, closeTime, run } as const;
    expect(said({ kind: 'round-closing', ...about })).toMatchObject({
      title: 'm: 2 of 3 models are missing, and round 1 closes',
      text: `${CANCEL_OR_SUBMIT} Attempt 1 is running. 2 of 3 models of some-model are missing: b, c (not accepted by Numerai).`,
    });
    expect(said({ kind: 'round-missed', ...about, run: { ...run, state: 'succeeded' } }).text).toContain(
      'Attempt 1 brought only some of the submissions. 2 of 3 models of some-model are missing',
    );
    const reason = 'It broke. 2 of 3 models of some-model are missing: b, c (not accepted by Numerai).';
    const failed = { ...run, state: 'failed', reason } as const;
    expect(said({ kind: 'round-missed', ...about, run: failed })).toMatchObject({
      title: 'm: 2 of 3 models are missing in round 1',
      text: `Nothing can be done for this round; fix the cause before the next one opens. The round closed, and not every model has a submission that counts. Attempt 1 failed. ${reason}`,
    });
  });
});

test.each([
  ['2026-04-07T12:00:00.000Z', /start the job again from the dashboard, or leave it to its next time\. /],
  [null, /start the job again from the dashboard\. /],
])('a job that failed is left to its next time only where it had one: %s', (scheduledFor, text) => {
  const run = acceptedRun('image', {
    state: 'failed',
    tournament: null,
    round: null,
    scheduledFor,
    reason: 'It broke',
  });
  expect(alertOf({ kind: 'run-failed', run }, NOW, SETTINGS).message.text).toMatch(text);
});
