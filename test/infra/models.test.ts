// models.json: one list of models, valid for the app, and understood by the template.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseModels } from '../../src/lib/config/models.ts';
import { inMain, MAIN } from './template.ts';

const MODELS_FILE = readFileSync(new URL('../../models.json', import.meta.url), 'utf8');
const SCHEMA = JSON.parse(readFileSync(new URL('../../models.schema.json', import.meta.url), 'utf8'));

/** Every property of every object in a JSON Schema, wherever it is. */
function propertiesOf(schema: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'properties' && typeof inner === 'object' && inner !== null) {
        for (const name of Object.keys(inner)) found.add(name);
      }
      visit(inner);
    }
  };
  visit(schema);
  return found;
}

test('the models.json of this repository is valid for the app', () => {
  const { models, jobs } = parseModels(MODELS_FILE, {
    file: 'models.json',
    containerLocation: 'eastus',
    containerIdentityId:
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i',
  });
  expect(models.length).toBeGreaterThan(0);
  expect(jobs.length).toBeGreaterThan(0);
});

test('the template reads the file that the app reads', () => {
  expect(MAIN.source).toContain(`var models = modelsOf(loadJsonContent('../models.json'))`);
  expect(MAIN.source).toContain('func modelsOf(content object) array => content.models');
  expect(MAIN.source).toContain(`var jobs = jobsOf(loadJsonContent('../models.json'))`);
  // A file need not have jobs.
  expect(MAIN.source).toContain('func jobsOf(content object) array => content.?jobs ?? []');
  expect(JSON.parse(MODELS_FILE)).toHaveProperty('models');
});

test('whatever the template reads of a model or job is in the schema of models.json', () => {
  const read = [...MAIN.source.matchAll(/\b(?:model|entry|container)((?:\.\??[a-zA-Z]+)+)/g)].map(
    ([, path = '']) => path,
  );
  expect(read.length).toBeGreaterThan(2);
  const known = propertiesOf(SCHEMA);
  for (const path of read) {
    for (const name of path.split(/\.\??/).filter((part) => part !== '')) {
      expect(known, path).toContain(name);
    }
  }
});

test('what a model or job may leave out, the template reads safely', () => {
  // Required: name, container. Everything deeper is optional, or belongs to one kind of container only.
  const guards = ['registry.identity', 'identity', 'subnet'].map((path) => {
    const safely = path.split('.').map((part) => `.?${part}`);
    return [
      `filter(containers, container => (container${safely.join('')} ?? '') != '')`,
      `container => container.${path}`,
    ];
  });
  const jobs = ["filter(containers, container => (container.?containerAppsJob ?? '') != '')", ''];
  const lastResort = ["filter(models, model => contains(model, 'lastResort'))", 'model => model.lastResort'];
  let unguarded = MAIN.source;
  for (const [filtered = '', mapped = ''] of [...guards, jobs, lastResort]) {
    expect(unguarded).toContain(filtered);
    unguarded = unguarded.replace(filtered, '').replace(mapped, '');
  }
  expect([...unguarded.matchAll(/\bmodel\.(\w+)/g)].map(([, name]) => name)).toEqual(['name']);
  expect([...unguarded.matchAll(/\bentry\.(\w+)/g)].map(([, name]) => name)).toEqual(['container']);
  expect([...unguarded.matchAll(/\bcontainer\.(\w+)/g)]).toEqual([]);
});

test('the containers from which roles follow are those of models, of their last resorts, and of jobs', () => {
  const { text } = inMain('containers');
  expect(text).toContain('map(concat(models, jobs), entry => entry.container)');
  for (const derived of ['namedIdentityIds', 'namedSubnetIds', 'usesJobs', 'usesWorkspaces'])
    expect(inMain(derived).text.match(/filter\((\w+),/g), derived).toContain('filter(containers,');
});
