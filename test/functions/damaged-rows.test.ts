// Rows that somebody, or another version of the app, has damaged: through the front door.

import { TableClient } from '@azure/data-tables';
import { beforeAll, describe, expect, test } from 'vitest';
import { runRowKey } from '../../src/lib/storage/rows.ts';
import { type FrontDoor, groupNamed, openFrontDoor, problemOf, runsSchema } from './front-door.ts';

let door: FrontDoor;

const DAMAGES = [
  { round: 1.5 },
  { attempt_exitCode: 1.5 },
  { attempt_startedAt: 'yesterday' },
  { requestedAt: 'noon' },
];
/** Each has a model of its own: a run whose round is not known counts for other rounds of its day. */
const modelOf = (columns: object) => `odd-${Object.keys(columns).join().replace('_', '-').toLowerCase()}`;

beforeAll(async () => {
  door = await openFrontDoor({
    models: ['damaged', 'odd', ...DAMAGES.map(modelOf)].map((name) => groupNamed(name)),
  });
});

const tableOf = (name: string) => TableClient.fromConnectionString(door.environment.tables.connectionString, name);

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

describe('a damaged table', () => {
  test.each(['a/b#c?\\%', '\u00c4\u00d6'])('whose claim names %j starts the round all the same', async (runId) => {
    const round = 900 + runId.length;
    await tableOf('runs').createEntity({ partitionKey: 'odd', rowKey: `claim_round_classic_${round}`, runId });
    expect(await door.webhook('odd', { roundNumber: round })).toMatchObject({ duplicate: false });
  });

  test.each(DAMAGES)('with %j in a row is shown', async (columns) => {
    const model = modelOf(columns);
    const sound = await door.webhook(model, { roundNumber: 949 });
    const damaged = await door.webhook(model, { roundNumber: 950 });
    expect(damaged.duplicate).toBe(false);
    await tableOf('runs').updateEntity({ partitionKey: model, rowKey: runRowKey(damaged.runId), ...columns }, 'Merge');
    for (const path of ['/api/status', '/api/runs', `/api/runs?model=${model}&limit=1`])
      expect((await door.call(path)).status, path).toBe(200);
    const answer = await door.call(`/api/runs?model=${model}`);
    const { runs, unreadable } = runsSchema.parse(JSON.parse(answer.text));
    const shown = runs.map(({ id }) => id);
    // Or it is counted, at least.
    expect(unreadable === 1 ? [damaged.runId, ...shown] : shown).toEqual([damaged.runId, sound.runId]);
  });
});
