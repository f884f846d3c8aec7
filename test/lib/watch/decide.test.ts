// What follows from what the platform reports of an attempt that was accepted and has not ended.

import { describe, expect, test } from 'vitest';
import type { AttemptedRun, Observation } from '../../../src/lib/compute/platform.ts';
import { decideOnAttempt } from '../../../src/lib/watch/decide.ts';
import { acceptedRun, iso, later, seenAs } from '../../support/runs.ts';
import {
  asked,
  CREATED,
  decide,
  END_SEEN,
  EXISTING,
  inWords,
  type Row,
  RUNNING,
  RUNS,
  STARTING,
  trouble,
  WAITING,
} from './decisions.ts';

describe('an attempt whose start was accepted', () => {
  const NOW_RUNNING = 'update run.state run.reason startedAt endSeenAt location cpu memoryGB meteredFrom';
  const WAITS = 'update run.reason location cpu memoryGB meteredFrom endSeenAt';
  const PULLING = { ...WAITING, meteredFrom: iso(10), progress: 'It is pulled.' };
  const SEEN_PULLING: AttemptedRun = { ...acceptedRun('image', { reason: 'It is pulled.' }, { meteredFrom: iso(10) }) };
  const rows: Row[] = [
    ['waits', STARTING, WAITING, 60, 'nothing'],
    ['waits while it is repaired', RUNS, WAITING, 300, 'nothing'],
    ['waits while the image may yet be pulled', STARTING, { ...WAITING, trouble: trouble('image') }, 242, 'nothing'],
    ['fails where the image cannot be had', STARTING, { ...WAITING, trouble: trouble('image') }, 242.1, 'failed image'],
    ['is given time to come up', STARTING, WAITING, 1802, 'nothing'],
    ['is given up where it never comes up', STARTING, WAITING, 1802.1, 'failed provisioning'],
    ['is pulled, which its record is to say', STARTING, PULLING, 60, WAITS],
    ['is pulled, which its record says', SEEN_PULLING, PULLING, 120, 'nothing'],
    ['may be pulled for longer than its time limit', SEEN_PULLING, PULLING, 1800, 'nothing'],
    ['may be pulled for 30 minutes from the start of the pull', SEEN_PULLING, PULLING, 1810, 'nothing'],
    ['is pulled for too long', SEEN_PULLING, PULLING, 1810.1, 'failed provisioning'],
    [
      'runs at last, and says no more that it is pulled',
      SEEN_PULLING,
      { ...RUNNING, startedAt: iso(1290) },
      1300,
      NOW_RUNNING,
    ],
    ['runs, and still says that it is pulled', { ...RUNS, reason: 'It is pulled.' }, RUNNING, 90, NOW_RUNNING],
    ['is not given up for coming up late where it had come up before', RUNS, WAITING, 1230, 'nothing'],
    ['is over its time where it is repaired for long', RUNS, WAITING, 1230.1, 'timed_out timeout'],
    ['was seen ended, and waits after all', END_SEEN, WAITING, 300, WAITS],
    ['runs', STARTING, RUNNING, 60, NOW_RUNNING],
    ['goes on running', RUNS, RUNNING, 90, 'nothing'],
    ['runs until its time is over', RUNS, RUNNING, 1230, 'nothing'],
    ['is stopped past its time', RUNS, RUNNING, 1230.1, 'stop stop'],
    [
      'has its time from its own start, however long it was pulled',
      SEEN_PULLING,
      { ...RUNNING, startedAt: iso(1500) },
      2700,
      NOW_RUNNING,
    ],
    [
      'has its time since the accepted start where the platform does not say when it started',
      STARTING,
      { ...RUNNING, startedAt: null },
      1202.1,
      'stop stop',
    ],
    ['is restarted by the platform', RUNS, { ...RUNNING, startedAt: iso(80) }, 90, NOW_RUNNING],
    ['runs, and its start is not shown', RUNS, { ...RUNNING, startedAt: null }, 90, 'nothing'],
    ['is stopped again where that has not happened', asked('operator'), RUNNING, 90, 'stop'],
    ['is stopped for ten minutes', asked('operator'), RUNNING, 640, 'stop'],
    ['is given up where it will not stop', asked('operator'), RUNNING, 640.1, 'cancelled cancelled'],
    ['is cancelled before it came up', asked('operator'), WAITING, 60, 'cancelled cancelled'],
    ['was there after all', END_SEEN, RUNNING, 150, NOW_RUNNING],
    ['runs, and only its record does not say so yet', { ...RUNS, state: 'starting' }, RUNNING, 90, NOW_RUNNING],
  ];
  test.each(rows)('%s', (_, subject, seen, seconds, expected) => {
    expect(inWords(decide(subject, seen, seconds))).toBe(expected);
  });

  const existing: Row[] = [
    ['is not there yet', STARTING, seenAs('absent', { trouble: trouble('not-started') }), 90, 'update endSeenAt'],
    ['is not there for a while', END_SEEN, seenAs('absent', { trouble: trouble('not-started') }), 689.9, 'nothing'],
    [
      'is given up where it does not start',
      END_SEEN,
      seenAs('absent', { trouble: trouble('not-started') }),
      690,
      'failed not-started',
    ],
    ['fails where the image cannot be had', STARTING, { ...WAITING, trouble: trouble('image') }, 260, 'failed image'],
    ['may take as long as one that is created', STARTING, WAITING, 1802, 'nothing'],
    ['is given up then', STARTING, WAITING, 1802.1, 'failed provisioning'],
    ['is cancelled while it waits', asked('operator'), WAITING, 60, 'cancelled cancelled'],
  ];
  test.each(existing)('in a place that exists already: %s', (_, subject, seen, seconds, expected) => {
    expect(inWords(decide(subject, seen, seconds, { patience: EXISTING }))).toBe(expected);
  });

  test('has an hour where models.json no longer has its model', () => {
    const at = (seconds: number) =>
      inWords(
        decideOnAttempt({
          run: RUNS,
          seen: RUNNING,
          patience: CREATED,
          now: later(seconds),
          model: undefined,
        }),
      );
    expect(at(3630)).toBe('nothing');
    expect(at(3630.1)).toBe('stop stop');
  });

  test('is on record as running since the platform says so, there and of that size', () => {
    expect(decide(acceptedRun('image'), RUNNING, 60)).toEqual({
      do: 'update',
      changes: {
        run: { state: 'running', reason: null },
        attempt: {
          startedAt: iso(30),
          endSeenAt: null,
          location: 'westeurope',
          cpu: 1,
          memoryGB: 1.5,
          meteredFrom: null,
        },
      },
    });
    const elsewhere = acceptedRun('image', {}, { cpu: 2, memoryGB: 8, location: 'eastus' });
    const bare = seenAs('running', { startedAt: iso(30) });
    expect(decide(elsewhere, bare, 60)).toMatchObject({
      changes: { attempt: { location: 'eastus', cpu: 2, memoryGB: 8 } },
    });
  });

  test('that will not stop has no other attempt beside it, and says where to look', () => {
    const decision = decide(asked('operator'), RUNNING, 700);
    expect(decision).toMatchObject({ do: 'end', ending: { mayRetry: false } });
    expect(decision.do === 'end' ? decision.ending.reason : '').toBe(
      'An operator cancelled the run. Azure has not stopped some-model-r1234-a1 in 10 minutes, so it may still be running: stop it in the portal before you start it again.',
    );
  });

  test('is stopped past its time, and its record says why and since when', () => {
    expect(decide(RUNS, RUNNING, 1300)).toEqual({
      do: 'stop',
      changes: { attempt: { stop: { because: 'timeout', at: iso(1300) } } },
    });
  });

  test('tells how long it had not come up', () => {
    const reasonOf = (seen: Observation) => {
      const decision = decide(STARTING, seen, 1862);
      return decision.do === 'end' ? decision.ending.reason : '';
    };
    expect(reasonOf(WAITING)).toMatch(/^The container had not started 31 minutes after Azure had accepted the start/);
    expect(reasonOf({ ...WAITING, meteredFrom: iso(2), progress: 'It is pulled.' })).toMatch(
      /^The image was still being pulled after 31 minutes, .* Make the image smaller/,
    );
  });

  test('gives the reason of every end but a good one', () => {
    const endings = [...rows, ...existing]
      .map(([, subject, seen, seconds]) => decide(subject, seen, seconds))
      .filter((decision) => decision.do === 'end')
      .map(({ ending }) => ending)
      .filter(({ outcome }) => outcome !== 'succeeded');
    expect(endings.length).toBeGreaterThan(8);
    for (const { reason } of endings) expect(reason).toMatch(/\.$/);
  });
});
