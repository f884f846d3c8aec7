// The overview of many models: pages of fifty, what needs attention first, and a search by name.

import { describe, expect, test } from 'vitest';
import { pastRun } from '../../../local/scenes/past-run.ts';
import { overviewPage } from '../../../src/dashboard/pages/overview.ts';
import type { Model } from '../../../src/lib/config/models.ts';
import type { JobStatus } from '../../../src/lib/operations/status.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import { jobOf } from '../../support/runs.ts';
import { LATENESS, minutes, one, run, statusAt, WITHOUT_SIGNALS } from '../status.ts';

const NOW = minutes(30);
const FRAME = { assets: { style: 's', script: 'j' }, now: NOW, links: [] };
const modelNamed = (index: number): Model => ({ ...one, name: `m-${String(index).padStart(3, '0')}` });

/** All have submitted, but for the last one. */
const status = (count: number) =>
  statusAt(
    NOW,
    Array.from({ length: count }, (_, index) => {
      const model = modelNamed(index);
      return [model, run(model, 100, {}, index === count - 1 ? 'failed' : 'succeeded')] as const;
    }),
  );

function page(count: number, chosen?: { page: number; find: string }) {
  const text = overviewPage(FRAME, status(count), LATENESS, chosen);
  return {
    text,
    names: [...text.matchAll(/id="model-([^"]+)"/g)].map(([, name]) => name),
    pages: [...text.matchAll(/href="([^"]*\?[^"]*page=[^"]*)"/g)].map(([, href]) => href),
  };
}

describe('an overview', () => {
  test('of fifty models has one page, and no search', () => {
    const { names, pages, text } = page(50);
    expect(names).toHaveLength(50);
    expect(pages).toEqual([]);
    expect(text).not.toContain('role="search"');
  });

  test('of more has fifty on a page, what needs attention on the first one', () => {
    const { names, pages, text } = page(120);
    expect(names).toHaveLength(50);
    expect(names.slice(0, 2)).toEqual(['m-119', 'm-000']);
    expect(pages).toEqual(['/api/dashboard?page=2']);
    expect(text).toContain('Page 1 of 3');
    // The headline is about all.
    expect(text).toContain('1 of 120 models has not submitted');
  });

  test('shows each model on one page', () => {
    const all = [1, 2, 3].flatMap((number) => page(120, { page: number, find: '' }).names);
    expect(new Set(all).size).toBe(120);
    expect(all).toHaveLength(120);
  });

  test.each([
    [0, 'Page 1 of 3'],
    [2.7, 'Page 2 of 3'],
    [99, 'Page 3 of 3'],
    [Number.POSITIVE_INFINITY, 'Page 3 of 3'],
  ])('has a page also for ?page=%d', (number, words) => {
    expect(page(120, { page: number, find: '' }).text).toContain(words);
  });

  test('keeps what is sought from page to page', () => {
    const { names, pages, text } = page(120, { page: 1, find: 'm-0' });
    expect(names).toHaveLength(50);
    expect(pages).toEqual(['/api/dashboard?find=m-0&amp;page=2']);
    expect(text).toContain('100 names with “m-0”');
    expect(text).toContain('value="m-0"');
  });

  test('says so where nothing is found, and shows no markup of the query', () => {
    const { names, text } = page(120, { page: 1, find: '<b>"' });
    expect(names).toEqual([]);
    expect(text).toContain('0 names with');
    expect(text).not.toContain('<b>');
  });
});

const PAUSED = { since: minutes(-60), by: 'Ada', reason: null };

test('a model that is paused is said to be, also where it has submitted or waits for somebody', () => {
  const why = { failure: 'configuration', reason: 'LEVEL is wrong.' } as const;
  const stuck = pastRun({ model: modelNamed(1), round: 100, at: minutes(1), state: 'waiting', why });
  const { models, ...rest } = statusAt(NOW, [
    [modelNamed(0), run(modelNamed(0), 100)],
    [modelNamed(1), stuck],
  ]);
  const text = overviewPage(
    FRAME,
    { ...rest, models: models.map((model) => ({ ...model, paused: PAUSED })) },
    LATENESS,
  );
  expect(text).toContain('1 of 2 models waits for you');
  expect(text).toContain('<p class="reason">Paused since 11:00 UTC by Ada. Nothing of it is started by itself.</p>');
  expect(text).toMatch(/LEVEL is wrong\..* Paused since 11:00 UTC by Ada\./);
});

test('a list of which a part is shown says so', () => {
  expect(page(120).text).toContain('<h2>The others</h2>');
  const all = statusAt(
    NOW,
    Array.from({ length: 120 }, (_, index) => [modelNamed(index), run(modelNamed(index), 100)] as const),
  );
  expect(overviewPage(FRAME, all, LATENESS)).toContain('<h2>50 of 120 models</h2>');
  expect(overviewPage(FRAME, all, LATENESS, { page: 1, find: 'm-00' })).toContain('<h2>10 of 120 models</h2>');
  expect(overviewPage(FRAME, { ...all, models: all.models.slice(0, 3) }, LATENESS)).toContain('<h2>3 models</h2>');
});

test('what needs attention: rounds that are open first, and each with its tournament', () => {
  const [closed, open] = ['closed', 'open'].map((name) => ({ ...one, name }));
  const crypto: Model = { ...one, name: 'sooner', tournament: 'crypto' };
  if (closed === undefined || open === undefined) throw new Error('There are two.');
  const status = statusAt(
    NOW,
    [
      [
        { ...closed, tournament: 'signals' },
        pastRun({ model: { ...closed, tournament: 'signals' }, round: 98, at: minutes(-2000) }),
      ],
      [open, run(open, 100, {}, 'failed')],
      [crypto, run(crypto, 100, {}, 'waiting')],
    ],
    (tournament) =>
      tournament === 'crypto'
        ? { kind: 'known', rounds: [{ tournament, number: 100, openTime: minutes(0), closeTime: minutes(45) }] }
        : WITHOUT_SIGNALS(tournament),
  );
  const text = overviewPage(FRAME, status, LATENESS).replace(/\s+/g, ' ');
  expect([...text.matchAll(/id="model-([^"]+)"/g)].map(([, name]) => name)).toEqual(['sooner', 'open', 'closed']);
  expect(text).toContain('<span>classic round 100</span>');
  expect(text).toContain('<span>signals round 99, closed</span>');
  expect(text).toContain('Nothing asked for a run while the round was open.');
});

describe('jobs on an overview', () => {
  const why = { failure: 'configuration', reason: 'LEVEL is wrong.' } as const;
  const jobStatus = (name: string, state: Run['state']): JobStatus => {
    const job = { ...jobOf({}), name };
    const made = pastRun({ model: job, round: null, at: minutes(1), state, ...(name === 'stuck' ? { why } : {}) });
    return {
      job,
      nextAt: null,
      skipped: null,
      records: [{ run: made, earlier: [] }],
      unreadable: 0,
      paused: null,
      inFlight: state === 'waiting' ? made : null,
    };
  };
  const JOBS = {
    done: jobStatus('done', 'succeeded'),
    broken: jobStatus('broken', 'failed'),
    stuck: jobStatus('stuck', 'waiting'),
    again: jobStatus('again', 'waiting'),
    off: jobStatus('off', 'cancelled'),
  };
  const headlineWith = (jobs: readonly JobStatus[], count = 1, state: Run['state'] = 'succeeded') => {
    const models = Array.from({ length: count }, (_, index) => modelNamed(index));
    const all = statusAt(
      NOW,
      models.map((model) => [model, run(model, 100, {}, state)] as const),
    );
    const text = overviewPage(FRAME, { ...all, jobs }, LATENESS);
    return { text, headline: /<h1[^>]*>(.*)<\/h1>/.exec(text)?.[1] };
  };

  test.each<[readonly JobStatus[], string]>([
    [[JOBS.done], 'm-000 submitted round 100 on time'],
    [[JOBS.broken, JOBS.done], '1 of 2 jobs has failed: broken'],
    [[JOBS.stuck], '1 of 1 job waits for you: stuck'],
    [[JOBS.again, JOBS.done], '1 of 2 jobs waits for another attempt: again'],
    [[JOBS.off], '1 of 1 job was cancelled: off'],
    [
      [JOBS.off, JOBS.stuck, JOBS.broken],
      '1 of 3 jobs has failed: broken; 1 waits for you: stuck; 1 was cancelled: off',
    ],
  ])('say in the headline why it has its colour', (jobs, headline) => {
    expect(headlineWith(jobs).headline).toBe(headline);
  });

  test('leave the headline to the models where these are as bad', () => {
    const { text, headline } = headlineWith([JOBS.broken], 1, 'failed');
    expect(headline).toContain('not submitted');
    expect(text).toContain('1 of 1 job has failed: broken.');
  });

  test('that need attention are on the first page, however many models there are', () => {
    const { text } = headlineWith([JOBS.done, JOBS.broken], 120);
    const [first = ''] = text.split('id="model-');
    expect(first).toMatch(/<h2>Needs attention<.*id="job-broken"/s);
    expect(text).not.toContain('id="job-done"');
  });
});
