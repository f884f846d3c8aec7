// No answer, page, alert, log line or row shows a secret, whatever quotes it: the container, Azure, Numerai, the vault, or
// who receives alerts. All that the app has said is searched for each secret in every form.

import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FaultList } from '../../local/emulators/faults.ts';
import { encodingsOf, leaksOf, printedInEveryForm } from '../support/leaks.ts';
import { type FrontDoor, groupNamed, imageModel as image, openFrontDoor } from './front-door.ts';

const KEY = 'Q7YXKPVNMD2WZHRTB5LJ3C6FSEAG4UOI';
const HARD = `k/9+Az=Zq&<7"wé%41\\n5tR0pLmX`;
/** As `echo … | az keyvault secret set`, or a file of Windows, leaves it. */
const WRAPPED = 'Zm9vYmFyQmF6UXV4Q29ycmVjdEhvcnNl';
const SECRETS = [KEY, HARD, WRAPPED];
const everyForm = SECRETS.flatMap(printedInEveryForm);

let door: FrontDoor;
/** What the containers of a model print, and how they end. */
const plans = new Map<string, { lines: readonly string[]; exitCode: number }>();

const model = (name: string) =>
  image(name, { secrets: { KEY: 'some-key', HARD: 'hard-key', WRAPPED: 'wrapped-key' } }, { maxAttempts: 1 });
const SPOKEN = `${KEY} or ${JSON.stringify(HARD)} or ${Buffer.from(`me:${WRAPPED}`).toString('base64')}`;

beforeAll(async () => {
  door = await openFrontDoor({
    models: [
      ...['prints', 'ends', 'cut', 'long', 'refused', 'half', 'left', 'lost', 'fine'].map(model),
      groupNamed('existing', {
        maxAttempts: 1,
        numeraiModels: ['11111111-3acf-47fd-8733-bad4ca505d89'],
        numeraiKeys: { publicId: 'some-key', secretKey: 'hard-key' },
      }),
    ],
    alerts: true,
    hosts: 2,
    secrets: { 'some-key': KEY, 'hard-key': HARD, 'wrapped-key': ` "${WRAPPED}"\r\n` },
    behaviour: ({ name }) => {
      const [, plan] = [...plans].find(([key]) => name.startsWith(key)) ?? [];
      const { lines = ['nothing'], exitCode = 0 } = plan ?? {};
      return { steps: lines.map((line) => ({ after: 0, line })), exitCode };
    },
  });
});
afterEach(() => {
  for (const { faults } of Object.values(door.environment.emulators)) faults.clear();
  expectNoLeak();
});

const faultsOf = (emulator: string): FaultList => {
  const found = door.environment.emulators[emulator];
  if (found === undefined) throw new Error(`There is no emulator ${emulator}.`);
  return found.faults;
};
const manager = () => faultsOf('resourceManager');

/** Runs the model once, and looks at everything that there is to see of it, also through another instance. */
async function seen(name: string, exitCode: number, lines: readonly string[]) {
  plans.set(name, { lines, exitCode });
  const run = await door.ended(await door.webhook(name));
  await door.tick();
  return look(name, run.id);
}

async function look(name: string, runId: string) {
  const paths = ['/api/status', `/api/runs/${name}`, '/api/metrics', '/api/health?deep=1', '/api/dashboard-page'];
  const ofRun = [`/api/dashboard-page/${name}`, `/api/dashboard-page/${name}/${runId}`];
  for (const host of door.environment.hosts) for (const path of [...paths, ...ofRun]) await door.call(path, { host });
  const log = await door.call(`/api/runs/${name}/${runId}/logs`);
  return { run: await door.run({ model: name, runId }), log: log.text };
}

/** What was looked at before. */
const done = { answers: 0, alerts: 0, calls: 0, lines: new Map<object, number>() };

function expectNoLeak(): void {
  const { hosts, alertReceivers, tables } = door.environment;
  const output = [
    ...door.answers.slice(done.answers).map(({ text, headers }) => text + JSON.stringify([...headers])),
    ...hosts.flatMap((host) => host.output.slice(done.lines.get(host) ?? 0)),
    ...alertReceivers.received.slice(done.alerts).map(({ text, body }) => text + JSON.stringify(body)),
    ...tables.emulator.calls.slice(done.calls).map(({ body }) => String(body ?? '')),
  ];
  expect(output.length).toBeGreaterThan(0);
  for (const host of hosts) done.lines.set(host, host.output.length);
  Object.assign(done, { answers: door.answers.length, alerts: alertReceivers.received.length });
  done.calls = tables.emulator.calls.length;
  for (const secret of SECRETS) expect(leaksOf(output, secret)).toEqual([]);
}

describe('a container', () => {
  test('that prints its secrets in every form has them in no log', async () => {
    const { log } = await seen('prints', 0, everyForm);
    expect(log).toContain('plain: "[secret]" (end)');
  });

  test('whose last line quotes them has a reason without them', async () => {
    const { run } = await seen('ends', 1, ['working', `ValueError: bad key ${SPOKEN}`]);
    expect(run.reason).toContain('Its log says: ValueError: bad key [secret] or');
  });

  test('whose last line is so long that a reason ends within one', async () => {
    const { run } = await seen('cut', 1, [`Error: ${'x'.repeat(280)}${KEY} and more`]);
    expect(run.reason).toContain('xxx');
  });

  test('of whose log Azure has only the end, which begins within one', async () => {
    const folded = encodingsOf(KEY)['base64, folded']?.split('\n') ?? [];
    const { log } = await seen('long', 1, [...folded, 'y'.repeat(16_340)]);
    expect(log).not.toContain(folded[0]);
    expect(log).toContain('yyyy');
  });
});

describe('what others say', () => {
  test('Azure, in a refusal of a start', async () => {
    const fault = { kind: 'status', status: 400, code: 'Invalid', match: { method: 'PUT' } } as const;
    manager().add({ ...fault, message: `No: ${SPOKEN}` });
    const { id } = await door.run(await door.webhook('refused'));
    expect((await look('refused', id)).run.reason).toContain('No: [secret]');
  });

  test('Azure, in a refusal so long that its quotation ends within one', async () => {
    const fault = { kind: 'status', status: 400, code: 'Invalid', match: { method: 'PUT' } } as const;
    manager().add({ ...fault, message: `No: ${'x'.repeat(380)}${KEY} ${'x'.repeat(60)} ${KEY}` });
    const { id } = await door.run(await door.webhook('half'));
    await look('half', id);
  });

  test('Azure, where it refuses to remove a container group', async () => {
    const fault = { kind: 'status', status: 409, code: 'ScopeLocked', match: { method: 'DELETE' } } as const;
    manager().add({ ...fault, message: `The lock ${SPOKEN} is in the way.` });
    await seen('left', 1, ['nothing']);
  });

  test('Azure, where it has no log', async () => {
    manager().add({ kind: 'status', status: 403, message: `Not for ${SPOKEN}.`, match: { path: '/logs' } });
    await seen('lost', 1, everyForm);
  });

  test('Numerai, in an error', async () => {
    faultsOf('numerai').add({
      kind: 'status',
      status: 200,
      message: `${SPOKEN} ${'x'.repeat(350)} ${KEY} is unknown.`,
    });
    const { runId } = await door.webhook('existing');
    for (let tick = 0; tick < 3; tick += 1) await door.tick();
    await look('existing', runId);
    await door.environment.host.runTimer('fallback');
  });

  test('the vault and the tables', async () => {
    for (const name of ['keyVault', 'tables'] as const) {
      faultsOf(name).add({ kind: 'status', status: 403, message: `Not ${SPOKEN}.`, times: 3 });
      await door.call('/api/health?deep=1');
      await door.call('/api/runs');
      await door.environment.host.runTimer('watcher');
      faultsOf(name).clear();
    }
  });
});

test('deep health names the secret that was stored with something around it, and the container gets it without', async () => {
  const run = await door.ended(await door.webhook('fine'));
  expect(run.state).toBe('succeeded');
  expect(door.starts.findLast(({ name }) => name.startsWith('fine'))?.env).toMatchObject({ WRAPPED, KEY, HARD });
  const { text } = await door.call('/api/health?deep=1');
  const { findings }: { findings: { dependency: string; ok: boolean }[] } = JSON.parse(text);
  const ofSecrets = findings.filter(({ dependency }) => dependency.endsWith('-key'));
  expect(ofSecrets.filter(({ ok }) => !ok).map(({ dependency }) => dependency)).toEqual(['secret wrapped-key']);
  expect(text).toContain('The secret wrapped-key has white space or quotes around its value');
});
