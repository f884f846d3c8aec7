// What only container groups have: secrets, tags, groups that are somebody's own, and the words of the check.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Model } from '../../../../src/lib/config/models.ts';
import {
  discardAll,
  find,
  MINUTE,
  prepared,
  reached,
  refusalOf,
  SECOND,
  send,
  started,
  withAttempt,
} from '../contract/subject.ts';
import { type ContainerInstancesStage, KINDS, type Opened, openContainerInstances } from './stage.ts';

const [MADE, EXISTING] = KINDS;
const IMAGE = 'docker.io/someone/other:1';

let opened: Opened;
let made: ContainerInstancesStage;
let existing: ContainerInstancesStage;
beforeAll(async () => {
  opened = await openContainerInstances();
});
afterAll(() => opened.close());
beforeEach(async () => {
  made = await opened.stage(MADE);
  existing = await opened.stage(EXISTING);
});

/** The stage with another model. */
const withModel = (model: Model): ContainerInstancesStage => ({ ...made, model });
const puts = () => opened.world.resourceManager.emulator.calls.filter(({ method }) => method === 'PUT');

describe('before anything is sent', () => {
  test('a secret that is missing refuses the start', async () => {
    const stage = withModel(opened.model({ image: IMAGE, secrets: { API_KEY: 'no-such-secret' } }));
    const before = puts().length;
    expect(await refusalOf(stage, await prepared(stage))).toMatchObject({
      failure: 'secret',
      message: expect.stringContaining('no-such-secret'),
    });
    expect(puts().length).toBe(before);
  });

  test('a vault that does not answer puts the start off', async () => {
    const stage = withModel(opened.model({ image: IMAGE, secrets: { API_KEY: 'never-read' } }));
    const { faults } = opened.world.keyVault.emulator;
    faults.add({ kind: 'drop-before' });
    const refusal = await refusalOf(stage, await prepared(stage));
    faults.clear();
    expect(refusal).toMatchObject({ failure: 'not-started' });
  });

  test('a vault that asks for time gets it', async () => {
    const stage = withModel(opened.model({ image: IMAGE, secrets: { API_KEY: 'never-read-either' } }));
    const { faults } = opened.world.keyVault.emulator;
    faults.add({ kind: 'status', status: 429, retryAfterSeconds: 77 });
    const refusal = await refusalOf(stage, await prepared(stage));
    faults.clear();
    expect(refusal).toMatchObject({ retryAfterMs: 77_000 });
  });
});

describe('a group that is being changed', () => {
  test('puts the start off', async () => {
    const run = await prepared(existing);
    opened.faults.add({
      kind: 'status',
      status: 409,
      code: 'ContainerGroupTransitioning',
      match: { method: 'POST' },
      times: 1,
    });
    expect(await refusalOf(existing, run)).toMatchObject({
      failure: 'not-started',
    });
    await reached(existing, await send(existing, run), 'running');
  });

  test('is removed once it may be, and is not taken for removed before', async () => {
    made.behave({ runsFor: SECOND });
    const { run } = await reached(made, await started(made), 'ended');
    opened.faults.add({
      kind: 'status',
      status: 409,
      code: 'ContainerGroupTransitioning',
      match: { method: 'DELETE' },
      times: 3,
    });
    // It has ended, but Azure has not agreed yet that it stays so.
    expect(await made.live(made.platform.discard(run))).toBe('going');
    expect(await made.live(made.platform.discard(run))).toBe('inert');
  });
});

describe('the tag of a group', () => {
  test('keeps the groups of others from being removed', async () => {
    const run = await started(made);
    await reached(made, run, 'running');
    const group = opened.world.resourceManager.groups.get(made.groupOf(run));
    group.body = { ...group.body, tags: { 'numerai-run': 'another' } };
    expect(await find(made, run)).toMatchObject({ phase: 'foreign' });
    expect(await made.live(made.platform.discard(run))).toBe('gone');
    expect(opened.world.resourceManager.groups.has(made.groupOf(run))).toBe(true);
  });

  test('may be taken away by somebody: the group is the app’s still, and no attempt runs beside it', async () => {
    made.behave({ runsFor: 60 * MINUTE });
    const run = await started(made);
    await reached(made, run, 'running');
    const group = opened.world.resourceManager.groups.get(made.groupOf(run));
    group.body = { ...group.body, tags: {} };
    expect(await find(made, run)).toMatchObject({ phase: 'running' });
    expect(await made.live(made.platform.discard(run))).toBe('going');
    await discardAll(made, run);
    expect(made.mayRun()).toBe(false);
  });
});

describe('an existing group', () => {
  test('that somebody starts after the end of the attempt is left alone', async () => {
    existing.behave({ runsFor: SECOND });
    const { run } = await reached(existing, await started(existing), 'ended');
    existing.behave({ runsFor: 60 * MINUTE });
    opened.world.resourceManager.groups.get(existing.groupOf(run)).run('start');
    await existing.pass(MINUTE);
    expect(existing.mayRun()).toBe(true);
    expect(await existing.live(existing.platform.discard(run))).toBe('gone');
    await existing.pass(MINUTE);
    expect(existing.mayRun()).toBe(true);
  });

  test('that somebody starts after the start was refused is left alone', async () => {
    const run = await prepared(existing);
    existing.refuseStart('full');
    await refusalOf(existing, run);
    existing.behave({ runsFor: 60 * MINUTE });
    opened.world.resourceManager.groups.get(existing.groupOf(run)).run('start');
    await existing.pass(MINUTE);
    expect(await existing.live(existing.platform.discard(run))).toBe('gone');
    expect(existing.mayRun()).toBe(true);
  });

  test('that does not exist refuses the start, and the check says so', async () => {
    const stage = withModel(opened.model({ group: 'no-such-group' }));
    expect(await refusalOf(stage, await prepared(stage))).toMatchObject({
      failure: 'configuration',
      message: expect.stringContaining('no-such-group'),
    });
    expect(await stage.live(stage.platform.check(stage.model))).toEqual({
      problem: 'The container group no-such-group does not exist.',
      remedy: 'Fix container.group in models.json or CONTAINER_RESOURCE_GROUP, or create the group.',
    });
  });

  test('that always starts again is found by the check', async () => {
    opened.world.resourceManager.createGroup({
      name: 'always',
      image: IMAGE,
      restartPolicy: 'Always',
    });
    const stage = withModel(opened.model({ group: 'always' }));
    expect(await stage.live(stage.platform.check(stage.model))).toMatchObject({
      problem: expect.stringMatching(/^The container group always has the restart policy Always/),
    });
  });

  test('has its log by the name that its container has now', async () => {
    existing.behave({ lines: ['hello'] });
    const { run } = await reached(existing, await started(existing), 'running');
    const prepared = {
      kind: 'group',
      group: existing.groupOf(run),
      lastStart: null,
      lastEvent: null,
      container: null,
      names: [],
    };
    const unnamed = withAttempt(run, { prepared });
    await existing.pass(SECOND);
    expect(await existing.live(existing.platform.log(unnamed))).toBe('hello\n');
  });

  test('may take as long as one that is made, and shows its old end for longer', async () => {
    const own = made.platform.patience(await prepared(made));
    const patience = existing.platform.patience(await prepared(existing));
    expect(patience.startMs).toBe(30 * MINUTE);
    expect(own.startMs).toBe(30 * MINUTE);
    expect(own.appearMs).toBeLessThan(patience.appearMs);
  });

  test('that lacks the container that submits refuses the start, and the check says so', async () => {
    opened.world.resourceManager.createGroup({
      name: 'several',
      container: 'work',
      image: IMAGE,
      neighbours: [{ name: 'helper', image: IMAGE }],
    });
    const stage = withModel(opened.model({ group: 'several', container: 'submit' }));
    const problem = 'The container group several has no container submit, only work, helper.';
    expect(await refusalOf(stage, await prepared(stage))).toMatchObject({
      failure: 'configuration',
      message: `${problem} Fix container.container in models.json.`,
    });
    expect(await stage.live(stage.platform.check(stage.model))).toMatchObject({ problem });
    const named = withModel(opened.model({ group: 'several', container: 'helper' }));
    expect(await named.live(named.platform.check(named.model))).toBeNull();
  });
});

test('the check passes on that Azure does not answer', async () => {
  opened.faults.add({ kind: 'drop-before' });
  for (const stage of [made, existing])
    await expect(stage.live(stage.platform.check(stage.model))).rejects.toMatchObject({
      code: 'external-unavailable',
    });
});
