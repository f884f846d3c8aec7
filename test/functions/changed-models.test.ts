// What becomes of runs whose model is renamed or removed, at Numerai or in models.json, or moves to another tournament:
// through the front door.

import { writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Host } from '../../local/host/host.ts';
import { type FrontDoor, groupNamed, imageModel, openFrontDoor, problemOf } from './front-door.ts';

const idOf = (id: number) => `00000000-0000-4000-a000-00000000000${id}`;
const named = (name: string, slot: string, more: object = {}) =>
  imageModel(name, {}, { numeraiModels: [slot], fallback: false, ...more });
const SIGNALS = { tournament: 'signals' };
const MODELS = [
  named('outage', 'an_outage'),
  named('unreached', 'an_unreached'),
  named('another', 'another'),
  named('renamed', 'an_old_name'),
  named('removed-there', 'a_removed_one'),
  groupNamed('gone', { fallback: false }),
  groupNamed('moving', { fallback: false }),
  groupNamed('stays', { fallback: false }),
];

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor({ models: MODELS, behaviour: () => ({ endsAfter: Number.POSITIVE_INFINITY }) });
});

const atNumerai = (name: string) => {
  const found = door.environment.numerai.models.find((model) => model.name === name);
  if (found === undefined) throw new Error(`Numerai has no model ${name}.`);
  return found;
};
const modelIdOf = (index: number) => door.starts[index]?.env.MODEL_ID;

/** Another instance, which has asked nobody yet; with these models, where any are given. */
async function anotherHost(models?: readonly object[]): Promise<Host> {
  const { environment } = door;
  if (models === undefined) return environment.addHost();
  const file = `${environment.folder}/other-models-${environment.hosts.length}.json`;
  await writeFile(file, JSON.stringify({ models }));
  return environment.addHost({ environment: { ...environment.settings, MODELS_FILE: file } });
}

async function runAt(host: Host, { model, runId }: { model: string; runId: string }) {
  const answer = await door.call(`/api/runs/${model}/${runId}`, { host });
  expect(answer.status, answer.text).toBe(200);
  return JSON.parse(answer.text);
}

async function startedWith(model: string, round: number, host?: Host) {
  const before = door.starts.length;
  const started = await door.webhook(model, { roundNumber: round }, host);
  await expect.poll(() => door.starts.length, { timeout: 10_000 }).toBe(before + 1);
  return { started, modelId: modelIdOf(before) };
}

describe('a model that Numerai knew by its name', () => {
  test.each([
    ['fails', 'outage', { kind: 'status', status: 500 }],
    ['cannot be reached', 'unreached', { kind: 'drop-before' }],
  ] as const)('starts with the id it had where Numerai %s', async (_what, model, fault) => {
    // The newest two are on the list that the fallback keeps, by which a number is believed meanwhile.
    const first = await startedWith(model, door.round - 1);
    expect(first.modelId).toBeTruthy();
    await door.environment.host.runTimer('fallback');
    const host = await anotherHost();
    const { faults } = door.environment.numerai.emulator;
    const newest = door.round;
    faults.add(fault);
    onTestFinished(() => faults.clear());
    const second = await startedWith(model, newest, host);
    expect(second.modelId).toBe(first.modelId);
  });

  test('starts with the id it had after it was renamed there, and its run says so', async () => {
    const first = await startedWith('renamed', 1);
    Object.assign(atNumerai('an_old_name'), { name: 'a_new_name' });
    const host = await anotherHost();
    const second = await startedWith('renamed', 2, host);
    expect(second.modelId).toBe(first.modelId);
    const run = await runAt(host, second.started);
    expect(run.reason).toMatch(/no longer has a model "an_old_name": it is a_new_name now.*fix numeraiModels/);
    const health = await door.call('/api/health?deep=1', { host });
    expect(health.text).toContain('it is a_new_name now');
  });

  test('starts with the id it had after it was removed there', async () => {
    const first = await startedWith('removed-there', 1);
    Object.assign(atNumerai('a_removed_one'), { name: 'somebody_else', id: idOf(9) });
    const host = await anotherHost();
    const second = await startedWith('removed-there', 2, host);
    expect(second.modelId).toBe(first.modelId);
    expect((await runAt(host, second.started)).reason).toContain('it was removed');
  });
});

describe('a model of another tournament at Numerai', () => {
  let host: Host;
  beforeAll(async () => {
    host = await anotherHost([
      imageModel('wrong-name', {}, { ...SIGNALS, numeraiModels: ['another'], maxAttempts: 4 }),
      imageModel('wrong-id', {}, { ...SIGNALS, numeraiModels: [atNumerai('an_outage').id], maxAttempts: 4 }),
      groupNamed('wrong-group', { ...SIGNALS, numeraiModels: ['an_unreached'] }),
    ]);
  });

  test.each(['wrong-name', 'wrong-id', 'wrong-group'])('is refused before anything runs: %s', async (model) => {
    const before = door.starts.length;
    const run = await runAt(host, await door.webhook(model, { roundNumber: 1 }, host));
    expect(run).toMatchObject({ attempts: [{ failure: 'numerai-models' }] });
    expect(run.attempts[0].reason).toMatch(
      /has the model an\w+ in the tournament classic, and models.json has signals/,
    );
    expect(door.starts).toHaveLength(before);
    expect((await door.call('/api/health?deep=1', { host })).text).toContain(`has signals for model ${model}`);
  });
});

describe('a model that models.json no longer has', () => {
  test('has its run shown, listed and cancelled all the same', async () => {
    const started = await door.webhook('gone', { roundNumber: 1 });
    const host = await anotherHost([groupNamed('stays')]);
    expect(await runAt(host, started)).toMatchObject({ id: started.runId, model: 'gone' });
    for (const path of ['/api/runs', '/api/runs?model=gone'])
      expect((await door.call(path, { host })).text).toContain(started.runId);
    for (const path of ['', '/cancel'])
      expect((await door.call(`/api/dashboard-page/gone/${started.runId}${path}`, { host })).status).toBe(200);
    expect((await door.call(`/api/runs/gone/${started.runId}/logs`, { host })).status).toBe(200);

    const cancelled = await door.call(`/api/runs/gone/${started.runId}/cancel`, { method: 'POST', host });
    expect(cancelled.status, cancelled.text).toBe(200);
    const stateNow = async () => {
      await host.runTimer('watcher');
      return (await runAt(host, started)).state;
    };
    await expect.poll(stateNow, { timeout: 15_000 }).toBe('cancelled');
    expect(door.startsOf('gone')).toBe(1);
  });

  test.each([
    ['a run of it that there never was', '/api/runs/gone/01ARZ3NDEKTSV4RRFFQ69G5FAV'],
    ['a name that none can have', "/api/runs/gone'%20or%20'1/01ARZ3NDEKTSV4RRFFQ69G5FAV"],
    ['a list of one that never was', '/api/runs?model=never'],
    ['a list of a name that none can have', "/api/runs?model=gone'%20or%20'1"],
  ])('does not have %s', async (_what, path) => {
    problemOf(await door.call(path), 404);
  });
});

test('a round of another tournament is another round, also where the model has moved there meanwhile', async () => {
  const classic = await door.webhook('moving', { roundNumber: 7 });
  const host = await anotherHost([imageModel('moving', {}, SIGNALS)]);
  const signals = await door.webhook('moving', { roundNumber: 7 }, host);
  expect(signals).toMatchObject({ duplicate: false, round: 7 });
  expect(signals.runId).not.toBe(classic.runId);
  expect(await runAt(host, signals)).toMatchObject({ tournament: 'signals' });
  expect(await runAt(host, classic)).toMatchObject({ tournament: 'classic' });
});
