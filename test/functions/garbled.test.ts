// Answers that nobody can read, over real connections: deep health calls none of them a refusal, and shows no word of them.

import { afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { GARBLED_FORMS } from '../../local/emulators/garbled.ts';
import type { Host } from '../../local/host/host.ts';
import { type FrontDoor, groupNamed, imageModel, openFrontDoor } from './front-door.ts';

let door: FrontDoor;
/** Has neither a token nor a secret yet. */
let fresh: Host;

beforeAll(async () => {
  const secrets = Object.fromEntries(GARBLED_FORMS.map((form) => [`key-${form}`, `value-${form}`]));
  const given = Object.fromEntries(GARBLED_FORMS.map((form, index) => [`KEY_${index}`, `key-${form}`]));
  door = await openFrontDoor({
    models: [groupNamed('existing'), imageModel('created', { secrets: given })],
    secrets,
  });
  fresh = await door.environment.addHost();
});

afterEach(() => {
  for (const { faults } of Object.values(door.environment.emulators)) faults.clear();
});

const answered = z.object({
  findings: z.array(
    z.object({
      dependency: z.string(),
      ok: z.boolean(),
      problem: z.string().nullable(),
      remedy: z.string().nullable(),
    }),
  ),
});

/** What a library comes to, or what stands in between says to browsers, is nothing for people. */
const NO_SENTENCE = /Cannot read|undefined|DOCTYPE|Please sign in|Unexpected status|[{}]/;

async function broken(host: Host) {
  const { text } = await door.call('/api/health?deep=1', { host });
  return answered.parse(JSON.parse(text)).findings.filter(({ ok }) => !ok);
}

// The endpoint of the identity comes first, since a token is kept.
test.each(GARBLED_FORMS)('a token that comes in the form %s is nobody’s refusal', async (form) => {
  door.environment.identity.emulator.faults.add({ kind: 'garbled', form });
  const found = await broken(fresh);
  expect(found.map(({ dependency }) => dependency)).toContain('Table Storage');
  for (const { dependency, problem, remedy } of found) {
    if (dependency.startsWith('timer')) continue;
    expect(problem).toMatch(/^Could not /);
    expect(problem).not.toMatch(/does not exist|is not in|may not/);
    expect(problem).not.toMatch(NO_SENTENCE);
    expect(remedy).toMatch(/^This may pass by itself/);
  }
});

test('a secret that comes in whatever form is nobody’s refusal', async () => {
  // With a token, which the tables give cause to get.
  await door.call('/api/status', { host: fresh });
  for (const form of GARBLED_FORMS)
    door.environment.keyVault.emulator.faults.add({ kind: 'garbled', form, match: { path: `/secrets/key-${form}/` } });
  const found = (await broken(fresh)).filter(({ dependency }) => dependency.startsWith('secret '));
  expect(found.map(({ dependency }) => dependency).sort()).toEqual(
    GARBLED_FORMS.map((form) => `secret key-${form}`).sort(),
  );
  for (const { dependency, problem, remedy } of found) {
    expect(problem, dependency).toMatch(/^Could not read the secret key-/);
    expect(problem, dependency).not.toMatch(NO_SENTENCE);
    expect(remedy, dependency).toMatch(/^This may pass by itself/);
  }
});

test('with a token, all is well', async () => {
  expect(await broken(fresh)).toEqual([]);
});

const SERVICES = [
  ['tables', 'Table Storage'],
  ['resourceManager', 'container of model existing'],
  ['numerai', "Numerai's rounds of classic"],
] as const;

test.each(SERVICES.flatMap(([of, dependency]) => GARBLED_FORMS.map((form) => [of, form, dependency] as const)))(
  '%s in the form %s is no refusal',
  async (of, form, dependency) => {
    door.environment[of].emulator.faults.add({ kind: 'garbled', form });
    const host = of === 'numerai' ? fresh : door.environment.host;
    const found = (await broken(host)).find((each) => each.dependency === dependency);
    // The rounds that were read a minute ago are of use still.
    if (of === 'numerai' && found === undefined) return;
    expect(found?.problem).not.toMatch(/does not exist/);
    expect(found?.problem).not.toMatch(NO_SENTENCE);
    expect(`${found?.problem} ${found?.remedy}`).toMatch(/pass|as expected|may need an update|is busy/);
  },
);
