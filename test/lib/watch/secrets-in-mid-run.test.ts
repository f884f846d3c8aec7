// A secret that is rotated, deleted, switched off or forbidden while its container runs, and the instance that started it
// replaced: whatever the container prints, the value that it was given shows nowhere.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readLog } from '../../../src/lib/operations/read-log.ts';
import { hasEnded, type Run } from '../../../src/lib/runs/run.ts';
import { openApp, type TestApp } from '../../support/app.ts';
import { leaksOf, printedInEveryForm } from '../../support/leaks.ts';

const MODEL = 'model';
const NAME = 'api-key';
const GIVEN = 'Q7YXKPVNMD2WZHRTB5LJ3C6FSEAG4UOI';
const NEXT = 'ZZ8RTGHJKLPOIUYTREWQASDFGHNBVCXZ';

let app: TestApp;
let version: string;
beforeEach(async () => {
  app = await openApp([
    {
      name: MODEL,
      tournament: 'classic',
      container: { image: 'docker.io/someone/model:1', secrets: { API_KEY: NAME } },
      maxAttempts: 2,
    },
    {
      name: 'existing',
      tournament: 'classic',
      container: { group: 'own' },
      numeraiModels: ['x'],
      numeraiKeys: { publicId: 'numerai-public-id', secretKey: NAME },
    },
  ]);
  app.world.resourceManager.createGroup({ name: 'own', image: 'docker.io/someone/model:1' });
  version = vault().setSecret(NAME, GIVEN);
  app.world.runtime.behaviour = ({ env }) => ({
    steps: [
      { after: 0, line: 'ready' },
      ...printedInEveryForm(env.API_KEY ?? GIVEN).map((line) => ({ after: 10_000, line })),
    ],
    exitCode: 1,
    endsAfter: 0,
  });
});
afterEach(() => app.close());

const vault = () => app.world.keyVault;
const kept = ({ model, id }: Run, attempt = 1) => app.services.logs.load(model, id, attempt);

async function shown(run: Run): Promise<string> {
  const record = await app.record(run);
  const model = app.services.models.find(({ name }) => name === run.model);
  return app
    .live(readLog(app.services, record, record.run.attempt, model))
    .then((text) => text ?? '')
    .catch((error: unknown) => String(error));
}

/** All that anybody can see: records, logs, alerts on their way, the app's log, what is shown now. */
async function output(run: Run): Promise<string[]> {
  const rows = (['runs', 'inflight', 'state'] as const).flatMap((table) => {
    const partitions = { runs: run.model, inflight: 'inflight', state: 'alerts' };
    return app.world.tables.rows(table, partitions[table]).map((row) => JSON.stringify(row));
  });
  return [...rows, ...app.lines, await shown(run)];
}

const CHANGES = {
  rotated: () => void vault().setSecret(NAME, NEXT),
  'rotated, and the old version switched off': () => {
    vault().setSecret(NAME, NEXT);
    vault().disableSecret(NAME, version);
  },
  deleted: () => vault().deleteSecret(NAME),
  'switched off': () => vault().disableSecret(NAME),
  forbidden: () => vault().forbid([NAME]),
  'out of reach': () => void vault().emulator.faults.add({ kind: 'status', status: 503 }),
  'refused with 401': () => void vault().emulator.faults.add({ kind: 'status', status: 401 }),
} as const;

describe.each(Object.entries(CHANGES))('a secret that is %s in mid-run', (how, change) => {
  test.each([
    ['the same instance watches', () => {}],
    ['another one', () => app.replaceInstance()],
  ])('shows nowhere where %s', async (_, replace) => {
    const { run } = await app.start(MODEL);
    await app.until(run, ({ attempt }) => attempt?.startedAt !== null);
    await app.pass(1);
    change();
    replace();
    for (let minute = 0; minute < 8; minute += 1) {
      await app.tick();
      expect(leaksOf(await output(run), GIVEN)).toEqual([]);
    }
    await app.until(run, ({ attempt }) => (attempt?.number ?? 1) > 1 || attempt?.logKept === true);
    expect(leaksOf(await output(run), GIVEN)).toEqual([]);
    expect(leaksOf(await output(run), NEXT)).toEqual([]);
    expect(how).toBeDefined();
  });
});

test('the record names the version that the container was given, and no value', async () => {
  const { run } = await app.start(MODEL);
  expect(run.attempt?.secretVersions).toEqual([`${NAME}/${version}`]);
  expect(leaksOf(await output(run), GIVEN)).toEqual([]);
});

test('a log is redacted with the values that were given, and kept whole, after the secret was rotated', async () => {
  const { run } = await app.start(MODEL);
  await app.until(run, ({ attempt }) => attempt?.startedAt !== null);
  vault().setSecret(NAME, NEXT);
  app.replaceInstance();
  await app.until(run, ({ attempt }) => attempt?.number === 2);
  expect(await kept(run)).toMatch(/^ready\nplain: "\[secret\]" \(end\)\n(.*\n)*folded: "\[secret\]" \(end\)\n$/);
  // The next one has the new value, and its own version on record.
  const { run: next } = await app.until(run, hasEnded);
  expect(next.attempt?.secretVersions).toEqual([`${NAME}/${vault().versionsOf(NAME)[1]}`]);
  expect(await kept(run, 2)).toContain('plain: "[secret]"');
});

test.each([
  ['deleted', () => vault().deleteSecret(NAME), () => vault().recoverSecret(NAME)],
  ['switched off', () => vault().disableSecret(NAME), () => vault().enableSecret(NAME)],
  ['forbidden', () => vault().forbid([NAME]), () => vault().forbid([])],
])('a log is kept after all where a secret was %s for a while', async (_, take, giveBack) => {
  const { run } = await app.start(MODEL);
  await app.until(run, ({ attempt }) => attempt?.startedAt !== null);
  take();
  app.replaceInstance();
  const before = await kept(run);
  await app.ticks(3);
  expect(await kept(run)).toBe(before);
  expect(await shown(run)).toMatch(
    /The secrets in it could not be recognised and removed\. .*version [0-9a-f]{32} of the secret api-key/,
  );
  giveBack();
  await app.until(run, ({ attempt }) => attempt?.number === 2);
  expect(await kept(run)).toContain('plain: "[secret]"');
});

test('a log that cannot be redacted is not kept, and says so in its place', async () => {
  const { run } = await app.start(MODEL);
  await app.until(run, ({ attempt }) => attempt?.startedAt !== null);
  vault().deleteSecret(NAME);
  app.replaceInstance();
  const { run: ended } = await app.until(run, ({ attempt }) => attempt?.logKept === true);
  expect(await kept(ended)).toMatch(
    /\[the app\] The (?:end of the )?log of attempt 1 could not be kept\. The secrets in it could not be recognised and removed\. The container was given version/,
  );
  expect(ended.reason).not.toContain('Its log says');
});

test('the log of a model that models.json no longer has is redacted by what is on record', async () => {
  const { run } = await app.start(MODEL);
  await app.until(run, ({ attempt }) => attempt?.startedAt !== null);
  vault().setSecret(NAME, NEXT);
  app.world.setModels([{ name: 'other', tournament: 'classic', container: { image: 'docker.io/someone/other:1' } }]);
  app.replaceInstance();
  await app.until(run, hasEnded);
  await app.until(run, ({ attempt }) => attempt?.logKept === true);
  expect(await kept(run)).toContain('plain: "[secret]"');
  expect(leaksOf(await output(run), GIVEN)).toEqual([]);
});

test('an existing group is taken to have the keys that were in use when it was started', async () => {
  const { run } = await app.start('existing');
  await app.until(run, ({ attempt }) => attempt?.startedAt !== null);
  vault().setSecret(NAME, NEXT);
  app.replaceInstance();
  for (let minute = 0; minute < 8; minute += 1) {
    await app.tick();
    expect(leaksOf(await output(run), GIVEN)).toEqual([]);
  }
});

test.each([
  ['the same instance', () => {}],
  [
    'another one, after the secret was rotated',
    () => {
      vault().setSecret(NAME, NEXT);
      app.replaceInstance();
    },
  ],
])('what Azure says in an event of a group has no secret in a reason, by %s', async (_, change) => {
  app.world.runtime.behaviour = () => ({ endsAfter: Number.POSITIVE_INFINITY });
  const { run } = await app.start(MODEL);
  const { groups } = app.world.resourceManager;
  const group = groups.starts.at(-1)?.group ?? '';
  change();
  const message = `${'x'.repeat(370)} cannot be had with the key ${GIVEN}, ${JSON.stringify({ key: GIVEN })}`;
  await groups.failProvisioning(group, { code: 'Failed', message });
  await app.until(run, ({ attempt }) => attempt?.number === 2 || attempt?.outcome !== null);
  const { run: failed, earlier } = await app.record(run);
  expect([...earlier, failed.attempt].some((attempt) => attempt?.reason?.includes('xxx'))).toBe(true);
  expect(leaksOf(await output(run), GIVEN)).toEqual([]);
});
