// Status, runs and logs: through the front door.

import { TableClient } from '@azure/data-tables';
import { ulid } from 'ulid';
import { beforeAll, describe, expect, test } from 'vitest';
import { runRowKey } from '../../src/lib/storage/rows.ts';
import {
  type FrontDoor,
  groupNamed,
  openFrontDoor,
  problemOf,
  type RunJson,
  runsSchema,
  WITHIN,
} from './front-door.ts';

let door: FrontDoor;
const NOT_THERE = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

beforeAll(async () => {
  door = await openFrontDoor({
    models: [
      groupNamed('paged'),
      groupNamed('other'),
      groupNamed('failing', { maxAttempts: 1 }),
      groupNamed('talking'),
      groupNamed('endless'),
      groupNamed('shown'),
      groupNamed('crashed'),
      groupNamed('idle'),
    ],
    behaviour: ({ image }) => {
      const group = image.replace(/^.*\/|:.*$/g, '');
      const hello = { after: 0, line: `hello from ${group}` };
      if (group === 'failing') return { steps: [hello], exitCode: 3 };
      return { steps: [hello], endsAfter: ['endless', 'talking'].includes(group) ? Number.POSITIVE_INFINITY : 0 };
    },
  });
});

async function page(path: string): Promise<{ runs: RunJson[]; next: string | null }> {
  const answer = await door.call(path);
  expect(answer.status, answer.text).toBe(200);
  return runsSchema.parse(JSON.parse(answer.text));
}

const tableOf = (name: string) => TableClient.fromConnectionString(door.environment.tables.connectionString, name);

/** An entry of the in-flight index without a run, old enough that the next tick clears it. */
async function leaveEntry(model: string, runId: string): Promise<void> {
  await tableOf('inflight').createEntity({
    partitionKey: 'inflight',
    rowKey: runRowKey(runId),
    model,
    runId,
    writtenAt: new Date(Date.now() - 3_600_000).toISOString(),
  });
}

describe('the list of runs', () => {
  test('is newest first, a page at a time, with a link to the next page', async () => {
    const made: string[] = [];
    for (let round = 1; round <= 7; round++) {
      const run = await door.webhook(round % 3 === 0 ? 'other' : 'paged', { roundNumber: round });
      await door.ended(run);
      made.unshift(run.runId);
    }
    const seen: string[] = [];
    let next: string | null = '/api/runs?limit=3&code=not-to-be-repeated';
    const sizes: number[] = [];
    while (next !== null) {
      const { runs, next: following }: { runs: RunJson[]; next: string | null } = await page(next);
      seen.push(...runs.map(({ id }) => id));
      sizes.push(runs.length);
      expect(following ?? '').not.toContain('not-to-be-repeated');
      next = following;
    }
    expect(seen).toEqual(made);
    expect(sizes).toEqual([3, 3, 1]);

    const ofOne = await page('/api/runs?model=other');
    expect(ofOne.runs.map(({ model }) => model)).toEqual(['other', 'other']);
    expect(ofOne.next).toBeNull();
    const exactly = await page('/api/runs?model=other&limit=2');
    expect([exactly.runs.length, exactly.next]).toEqual([2, null]);
    const [first] = made;
    const after = await page(`/api/runs?after=${first}&limit=100`);
    expect(after.runs.map(({ id }) => id)).toEqual(made.slice(1));
  });

  test('can be had of one state, with a link that keeps the filter', async () => {
    for (const round of [101, 102, 103]) {
      await door.ended(await door.webhook('failing', { roundNumber: round }));
    }
    await door.ended(await door.webhook('shown', { roundNumber: 100 }));
    const first = await page('/api/runs?state=failed&limit=2');
    expect(first.runs.map(({ state, round }) => [state, round])).toEqual([
      ['failed', 103],
      ['failed', 102],
    ]);
    const second = await page(first.next ?? '');
    expect(second.runs.map(({ state, round }) => [state, round])).toEqual([['failed', 101]]);
    expect(second.next).toBeNull();
    expect((await page('/api/runs?state=timed_out')).runs).toEqual([]);
  });

  test('goes on behind what a trigger left that died before its run was on record', async () => {
    const runIds: string[] = [];
    for (const round of [201, 202, 203]) {
      if (round === 203) await leaveEntry('crashed', ulid());
      const run = await door.webhook('crashed', { roundNumber: round });
      await door.ended(run);
      runIds.unshift(run.runId);
    }
    const first = await page('/api/runs?model=crashed&limit=2');
    expect(first.runs.map(({ id }) => id)).toEqual(runIds.slice(0, 2));
    const second = await page(first.next ?? '');
    expect(second.runs.map(({ id }) => id)).toEqual(runIds.slice(2));
    expect(second.next).toBeNull();
  });

  test.each([
    ['a state that there is not', 'state=done', /state must be one of requested, .* got "done"/],
    ['no number of runs', 'limit=many', /limit must be a whole number from 1 to 100/],
    ['no runs', 'limit=0', /limit/],
    ['too many runs', 'limit=101', /limit/],
    ['half a run', 'limit=1.5', /limit/],
    ['a place that is no run', "after=x' or 1 eq 1", /after must be the id of a run/],
  ])('refuses with 400 to give %s', async (_what, query, says) => {
    expect(problemOf(await door.call(`/api/runs?${query}`), 400)).toMatch(says);
  });

  test('refuses with 404 a model that there is not', async () => {
    problemOf(await door.call('/api/runs?model=nobody'), 404);
  });
});

describe('a run', () => {
  test('is shown whole: from the request to exit code, duration and cost', async () => {
    const started = await door.webhook('shown', { roundNumber: 200, triggerId: 'seen' });
    const run = await door.ended(started);
    const self = `${door.environment.host.url}/api/runs/shown/${run.id}`;
    expect(run).toMatchObject({
      id: started.runId,
      model: 'shown',
      tournament: 'classic',
      round: 200,
      attempt: 1,
      trigger: 'webhook',
      triggerId: 'seen',
      isTest: false,
      state: 'succeeded',
      reason: null,
      submission: 'unknown',
      attempts: [{ number: 1, execution: 'shown' }],
      exitCode: 0,
      durationSeconds: expect.any(Number),
      costUsd: expect.any(Number),
      links: { self, logs: `${self}/logs` },
    });
    const answer = await door.call(self);
    expect(answer.headers.get('x-run-id')).toBe(run.id);
    expect(answer.text).not.toMatch(/lease|etag|claim/i);
  });

  test('says in a sentence why it failed', async () => {
    const run = await door.ended(await door.webhook('failing', { roundNumber: 300 }));
    expect(run).toMatchObject({ state: 'failed', exitCode: 3 });
    expect(run.reason).toMatch(/exit code 3/);
  });

  test.each([
    `/api/runs/shown/${NOT_THERE}`,
    '/api/runs/shown/nonsense',
    `/api/runs/nobody/${NOT_THERE}`,
    `/api/runs/shown/${NOT_THERE}/logs`,
  ])('that there is not is answered with 404: %s', async (path) => {
    problemOf(await door.call(path), 404);
  });
});

describe('the log', () => {
  test('is live while the container runs, and kept after it has ended', async () => {
    const started = await door.webhook('talking', { roundNumber: 1 });
    const logs = `/api/runs/talking/${started.runId}/logs`;
    await expect.poll(async () => (await door.call(logs)).text, WITHIN).toBe('hello from talking\n');
    const { headers } = await door.call(logs);
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(headers.get('x-content-type-options')).toBe('nosniff');

    await door.call(`/api/runs/talking/${started.runId}/cancel`, { method: 'POST' });
    await door.ended(started);
    await door.environment.resourceManager.groups.deleteByHand('talking');
    expect((await door.call(logs)).text).toBe('hello from talking\n');
    expect((await door.call(`${logs}?attempt=1`)).text).toBe('hello from talking\n');
    // Only the number as it is written is an attempt.
    for (const other of ['0x1', '1e0', '%201', '01', '1.0', '%2B1', '2', 'null', 'undefined'])
      problemOf(await door.call(`${logs}?attempt=${other}`), 404);
  });
});

describe('the status', () => {
  test('shows the open round, its run, the run in flight, the last run and how rounds went', async () => {
    const started = await door.start('shown');
    await door.ended(started);
    const answer = await door.call('/api/status/shown');
    expect(answer.status).toBe(200);
    const status = JSON.parse(answer.text);
    expect(status.models).toHaveLength(1);
    expect(status.models[0]).toMatchObject({
      model: 'shown',
      tournament: 'classic',
      openRound: { number: door.round, secondsLeft: expect.any(Number) },
      currentRun: { id: started.runId, state: 'succeeded' },
      inFlight: null,
      lastRun: { id: started.runId },
    });
    expect(status.models[0].rounds[0]).toMatchObject({ round: door.round, state: 'succeeded' });
    expect(status.timers.watcher).toMatchObject({ recent: true });
  });

  test('shows every model where none is named, also those that have never run', async () => {
    await door.start('endless');
    const { models } = JSON.parse((await door.call('/api/status')).text);
    expect(models.map(({ model }: { model: string }) => model)).toEqual([
      'paged',
      'other',
      'failing',
      'talking',
      'endless',
      'shown',
      'crashed',
      'idle',
    ]);
    expect(models.at(-1)).toMatchObject({ currentRun: null, lastRun: null, rounds: [] });
    expect(models.find(({ model }: { model: string }) => model === 'endless')).toMatchObject({
      inFlight: { model: 'endless' },
    });
  });

  test('refuses a model that there is not with 404', async () => {
    problemOf(await door.call('/api/status/nobody'), 404);
  });

  test('does without Numerai, and says that the round is not known', async () => {
    const fresh = await door.environment.addHost();
    door.environment.numerai.emulator.faults.add({ kind: 'drop-before' });
    const answer = await door.call('/api/status/idle', { host: fresh });
    door.environment.numerai.emulator.faults.clear();
    await fresh.kill();
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text).models[0]).toMatchObject({
      openRound: null,
      roundsUnknown: expect.stringContaining('rounds'),
    });
  });
});
