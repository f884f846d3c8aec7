// Answers that nobody can read, over real connections: deep health calls none of them a refusal, and shows no word of them.

import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { GARBLED_FORMS, type GarbledForm } from '../../local/emulators/garbled.ts';
import { type FrontDoor, groupNamed, imageModel, openFrontDoor } from './front-door.ts';

/** Environments side by side: the app asks each time again before it says what is wrong, and that takes seconds. */
const LANES = [0, 1, 2, 3] as const;
/** Each form in one of them. */
const FORMS = LANES.map((lane) => GARBLED_FORMS.filter((_, index) => index % LANES.length === lane));

/** Their hosts have neither a token nor a secret yet. */
let doors: readonly FrontDoor[];

beforeAll(async () => {
  const secrets = Object.fromEntries(GARBLED_FORMS.map((form) => [`key-${form}`, `value-${form}`]));
  const given = Object.fromEntries(GARBLED_FORMS.map((form, index) => [`KEY_${index}`, `key-${form}`]));
  const models = [groupNamed('existing'), imageModel('created', { secrets: given })];
  doors = await Promise.all(LANES.map(() => openFrontDoor({ models, secrets })));
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

async function broken(door: FrontDoor) {
  const { text } = await door.call('/api/health?deep=1');
  return answered.parse(JSON.parse(text)).findings.filter(({ ok }) => !ok);
}

/** What is broken while these services answer in this form, and then well again. */
async function brokenBy(door: FrontDoor, services: readonly Service[], form: GarbledForm) {
  const faults = services.map((service) => door.environment[service].emulator.faults);
  for (const each of faults) each.add({ kind: 'garbled', form });
  const found = await broken(door);
  for (const each of faults) each.clear();
  return found;
}
type Service = 'identity' | keyof typeof SERVICES;

/** What a finding is about: the service that gave no usable answer, or what its answer lacks. */
const SERVICES = {
  tables: ['Table Storage'],
  resourceManager: ['Azure Resource Manager', 'container of model existing'],
  numerai: ['Numerai', "Numerai's rounds of classic"],
} as const;

/** Each form in turn; in all lanes side by side. */
async function eachForm(work: (door: FrontDoor, form: GarbledForm) => Promise<void>): Promise<void> {
  await Promise.all(
    doors.map(async (door, lane) => {
      for (const form of FORMS[lane] ?? []) await work(door, form);
    }),
  );
}

/** The SDK asks for a token that was answered with 404 again, for as long as the app lets it: 20 s. */
const LONG = { timeout: 120_000 };

// The endpoint of the identity comes first, since a token is kept.
test('a token that comes in whatever form is nobody’s refusal', LONG, () =>
  eachForm(async (door, form) => {
    const found = await brokenBy(door, ['identity'], form);
    expect(
      found.map(({ dependency }) => dependency),
      form,
    ).toContain('Table Storage');
    for (const { dependency, problem, remedy } of found) {
      if (dependency.startsWith('timer')) continue;
      expect(problem, form).toMatch(/^Could not /);
      expect(problem, form).not.toMatch(/does not exist|is not in|may not/);
      expect(problem, form).not.toMatch(NO_SENTENCE);
      expect(remedy, form).toMatch(/^This may pass by itself/);
    }
  }),
);

test('a secret that comes in whatever form is nobody’s refusal', async () => {
  const [door] = doors;
  if (door === undefined) throw new Error('There is no lane.');
  const { faults } = door.environment.keyVault.emulator;
  // With a token, which the tables give cause to get.
  await door.call('/api/status');
  for (const form of GARBLED_FORMS) faults.add({ kind: 'garbled', form, match: { path: `/secrets/key-${form}/` } });
  const found = await broken(door);
  faults.clear();
  // One cause, one finding.
  expect(found.map(({ dependency }) => dependency)).toEqual(['Key Vault']);
  const [{ problem, remedy } = {}] = found;
  expect(problem).toMatch(/^Could not read the secret key-/);
  expect(problem).not.toMatch(NO_SENTENCE);
  for (const form of GARBLED_FORMS) expect(problem).toContain(`secret key-${form}`);
  expect(remedy).toMatch(/^This may pass by itself/);
});

test('with a token, all is well', async () => {
  for (const door of doors) expect(await broken(door)).toEqual([]);
});

test('an answer of any other service, in whatever form, is no refusal', LONG, () =>
  eachForm(async (door, form) => {
    const found = await brokenBy(door, ['tables', 'resourceManager', 'numerai'], form);
    for (const names of Object.values<readonly string[]>(SERVICES)) {
      const what = `${names[0]} in the form ${form}`;
      const { problem, remedy } = found.find(({ dependency }) => names.includes(dependency)) ?? {};
      expect(problem, what).not.toMatch(/does not exist/);
      expect(problem, what).not.toMatch(NO_SENTENCE);
      expect(`${problem} ${remedy}`, what).toMatch(/This may pass by itself|The app may need an update/);
    }
  }),
);
