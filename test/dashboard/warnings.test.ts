import { describe, expect, test } from 'vitest';
import { viewsOf } from '../../src/dashboard/condition.ts';
import { verdictOf } from '../../src/dashboard/verdict.ts';
import { warningsOf } from '../../src/dashboard/warnings.ts';
import type { Status } from '../../src/lib/operations/status.ts';
import { LATENESS, minutes, one, run, statusAt, three, two } from './status.ts';

describe('the warnings beside the verdict', () => {
  test('a dead watcher spoils the best of days', () => {
    const status = statusAt(minutes(40), [[one, run(one, 100)]]);
    const stale = { lastTickAt: minutes(-60), hasRun: true, recent: false, silentSince: minutes(-60) };
    const spoilt = { ...status, timers: { ...status.timers, watcher: stale } };
    const { tone, warnings } = verdictOf(spoilt, viewsOf(spoilt, LATENESS));
    expect(tone).toBe('bad');
    expect(warnings.map(({ title }) => title)).toEqual(['The watcher has not run for 1 h 40 min']);
  });

  test('the fallback is none of a job: it has no rounds', () => {
    const never = { lastTickAt: null, hasRun: false, recent: false, silentSince: minutes(20) };
    const titles = (status: Status) =>
      warningsOf({ ...status, timers: { watcher: never, fallback: never } }).map(({ title }) => title);
    const words = (timer: string) => `The ${timer} has not run since the app was deployed, 20 min ago`;
    expect(titles(statusAt(minutes(40), []))).toEqual([words('watcher')]);
    expect(titles(statusAt(minutes(40), [[one]]))).toEqual([words('watcher'), words('fallback')]);
  });

  test('of a tick that a wrong clock has written nobody knows when it was', () => {
    const ahead = { lastTickAt: minutes(9000), hasRun: false, recent: false, silentSince: minutes(20) };
    const status = { ...statusAt(minutes(40), [[one]]), timers: { watcher: ahead, fallback: ahead } };
    expect(warningsOf(status)[0]?.title).toBe('The watcher has not run since the app was deployed, 20 min ago');
  });

  test('a timer that has not had its time to run is no trouble', () => {
    const fresh = { lastTickAt: null, hasRun: false, recent: false, silentSince: null };
    const status = statusAt(minutes(40), [[one]]);
    expect(warningsOf({ ...status, timers: { watcher: fresh, fallback: fresh } })).toEqual([]);
  });

  test('what could not be removed is named, with what to do', () => {
    const status = statusAt(minutes(40), [[one, run(one, 100)]]);
    const reason = 'The container group one-r100-a1 could not be removed: locked. Take the lock off.';
    const at = minutes(30);
    const leftover = {
      model: 'one',
      runId: 'x',
      attempt: 1,
      execution: 'one-r100-a1',
      reason,
      since: at,
      notBefore: at,
    };
    const left = { ...status, leftovers: [leftover] };
    const { tone, warnings } = verdictOf(left, viewsOf(left, LATENESS));
    expect(tone).toBe('warn');
    expect(warnings).toEqual([
      {
        tone: 'warn',
        title: 'What is left of 1 attempt could not be removed',
        text: `The app tries again every hour. ${reason} Left: one-r100-a1.`,
      },
    ]);
  });

  test('runs that cannot be read are counted', () => {
    const status = statusAt(minutes(90), [
      [one, run(one, 100)],
      [two, run(two, 100)],
      [three, run(three, 100)],
    ]);
    const unreadable = [0, 1, 2];
    const models = status.models.map((model, index) => ({
      ...model,
      unreadable: unreadable[index] ?? 0,
    }));
    const { tone, warnings } = verdictOf({ ...status, models }, viewsOf({ ...status, models }, LATENESS));
    expect(tone).toBe('warn');
    expect(warnings).toEqual([
      {
        tone: 'warn',
        title: '3 runs cannot be read by this version of the app',
        text: expect.stringContaining('Affected: two and three'),
      },
    ]);
  });
});
