// Status, runs, logs, an operator's start and cancellation: through the front door.

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
      groupNamed('endless-too'),
      groupNamed('operated'),
      groupNamed('shown'),
      groupNamed('crashed'),
      groupNamed('damaged'),
      groupNamed('idle'),
      groupNamed('odd'),
    ],
    behaviour: ({ image }) => {
      const group = image.replace(/^.*\/|:.*$/g, '');
      const hello = { after: 0, line: `hello from ${group}` };
      if (group === 'failing') return { steps: [hello], exitCode: 3 };
      const isEndless = group.startsWith('endless') || group === 'talking';
      return { steps: [hello], endsAfter: isEndless ? Number.POSITIVE_INFINITY : 0 };
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
  });
});

describe("an operator's start", () => {
  test('answers as the webhook does, and finds the round by itself', async () => {
    const first = await door.start('operated');
    expect(first).toMatchObject({ round: door.round, duplicate: false });
    expect(await door.run(first)).toMatchObject({ trigger: 'operator', triggerId: null });
    expect(await door.start('operated')).toMatchObject({ runId: first.runId, duplicate: true });

    await door.ended(first);
    expect(await door.start('operated')).toMatchObject({ runId: first.runId, duplicate: true });
    const forced = await door.start('operated', { force: true });
    expect(forced).toMatchObject({ runId: first.runId, round: door.round, duplicate: false });
    expect(await door.ended(forced)).toMatchObject({
      attempt: 2,
      attempts: [{ number: 1 }, { number: 2 }],
      trigger: 'operator',
    });
    expect(door.startsOf('operated')).toBe(2);

    const trial = await door.start('operated', { test: true });
    expect(await door.ended(trial)).toMatchObject({ isTest: true, attempt: 1 });
    expect(await door.start('operated', { force: false })).toMatchObject({
      runId: forced.runId,
      duplicate: true,
    });
  });

  test('cannot be forced while the run is in flight', async () => {
    const run = await door.start('endless-too');
    const answer = await door.call('/api/runs/endless-too', {
      method: 'POST',
      body: { force: true },
    });
    expect(problemOf(answer, 409)).toContain(run.runId);
    expect(door.startsOf('endless-too')).toBe(1);
  });

  test.each([
    ['no JSON', 'force', /not JSON/],
    ['a list', [], /JSON object/],
    ['a force that is text', { force: 'yes' }, /true or false/],
    ['a test that is a number', { test: 1 }, /true or false/],
  ])('is refused with 400: %s', async (_what, body, says) => {
    const answer = await door.call('/api/runs/idle', { method: 'POST', body });
    expect(problemOf(answer, 400)).toMatch(says);
    expect(door.startsOf('idle')).toBe(0);
  });

  test('is refused with 404 for a model that there is not, and 413 for too much', async () => {
    problemOf(await door.call('/api/runs/nobody', { method: 'POST' }), 404);
    const body = { padding: 'x'.repeat(17 * 1024) };
    problemOf(await door.call('/api/runs/idle', { method: 'POST', body }), 413);
  });

  test('is refused where the page of another site asks for it', async () => {
    const from = (headers: Record<string, string>) =>
      door.call('/api/runs/idle', { method: 'POST', headers, body: '{}' });
    problemOf(await from({ 'sec-fetch-site': 'cross-site' }), 403);
    problemOf(await from({ origin: 'https://evil.example', 'content-type': 'text/plain' }), 403);
    expect(door.startsOf('idle')).toBe(0);
  });
});

describe('a run that cannot be read', () => {
  test('is left out and counted, is a conflict when asked for, and keeps no round', async () => {
    const lost = await door.webhook('damaged', { roundNumber: 1 });
    await door.ended(lost);
    const kept = await door.webhook('damaged', { roundNumber: 2 });
    await door.ended(kept);
    await tableOf('runs').updateEntity(
      { partitionKey: 'damaged', rowKey: runRowKey(lost.runId), state: 'meditating' },
      'Merge',
    );

    const list = JSON.parse((await door.call('/api/runs?model=damaged')).text);
    expect(list).toMatchObject({ runs: [{ id: kept.runId }], unreadable: 1, next: null });
    const status = JSON.parse((await door.call('/api/status/damaged')).text);
    expect(status.models[0]).toMatchObject({ lastRun: { id: kept.runId }, unreadable: 1 });
    const path = `/api/runs/damaged/${lost.runId}`;
    for (const [url, method] of [
      [path, 'GET'],
      [`${path}/logs`, 'GET'],
      [`${path}/cancel`, 'POST'],
    ] as const)
      expect(problemOf(await door.call(url, { method }), 409)).toContain('cannot be read');
    expect((await door.call('/api/dashboard-page/damaged')).status).toBe(200);

    const again = await door.webhook('damaged', { roundNumber: 1 });
    expect(again).toMatchObject({ duplicate: false });
    expect(again.runId).not.toBe(lost.runId);
    expect(await door.ended(again)).toMatchObject({ state: 'succeeded' });
  });
});

describe('a cancellation', () => {
  test('stops the container and ends the run as cancelled; after that it is a conflict', async () => {
    const started = await door.webhook('endless', { roundNumber: 1 });
    await door.until(started, 'running');
    const cancel = `/api/runs/endless/${started.runId}/cancel`;
    const answer = await door.call(cancel, { method: 'POST' });
    expect([answer.status, answer.headers.get('x-run-id')]).toEqual([200, started.runId]);
    const run = await door.ended(started);
    expect(run).toMatchObject({ state: 'cancelled', id: started.runId });
    expect(run.reason).toMatch(/operator/i);
    expect(problemOf(await door.call(cancel, { method: 'POST' }), 409)).toContain('cancelled');
    // The round is free again: nobody submitted for it.
    expect(await door.webhook('endless', { roundNumber: 1 })).toMatchObject({ duplicate: false });
  });

  test('is refused where there is no such run', async () => {
    problemOf(await door.call(`/api/runs/idle/${NOT_THERE}/cancel`, { method: 'POST' }), 404);
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
    const { models } = JSON.parse((await door.call('/api/status')).text);
    expect(models.map(({ model }: { model: string }) => model)).toEqual([
      'paged',
      'other',
      'failing',
      'talking',
      'endless',
      'endless-too',
      'operated',
      'shown',
      'crashed',
      'damaged',
      'idle',
      'odd',
    ]);
    expect(models.at(-1)).toMatchObject({ currentRun: null, lastRun: null, rounds: [] });
    expect(models.find(({ model }: { model: string }) => model === 'endless-too')).toMatchObject({
      inFlight: { model: 'endless-too' },
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

describe('a damaged table', () => {
  test.each(['a/b#c?\\%', '\u00c4\u00d6'])('whose claim names %j starts the round all the same', async (runId) => {
    const round = 900 + runId.length;
    await tableOf('runs').createEntity({ partitionKey: 'odd', rowKey: `claim_round_${round}`, runId });
    expect(await door.webhook('odd', { roundNumber: round })).toMatchObject({ duplicate: false });
  });

  test.each([{ round: 1.5 }, { attempt_exitCode: 1.5 }, { attempt_startedAt: 'yesterday' }, { requestedAt: 'noon' }])(
    'with %j in a row is shown',
    async (columns) => {
      const { runId } = await door.webhook('odd', { roundNumber: 950 });
      await tableOf('runs').updateEntity({ partitionKey: 'odd', rowKey: runRowKey(runId), ...columns }, 'Merge');
      for (const path of ['/api/status', '/api/runs', '/api/runs?model=odd&limit=1'])
        expect((await door.call(path)).status, path).toBe(200);
    },
  );
});
