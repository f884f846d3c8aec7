import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MADE_UP, readFeatures } from '../../../../local/emulators/numerai/features.ts';

const folder = mkdtempSync(join(tmpdir(), 'features-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('features are made up unless there is a features.json, and one that is none is named', () => {
  const file = join(folder, 'features.json');
  expect(readFeatures(file)).toBe(MADE_UP);
  const own = { feature_stats: {}, feature_sets: { small: ['a'], all: ['a', 'b', 'c'] }, targets: ['target'] };
  writeFileSync(file, JSON.stringify(own));
  expect(readFeatures(file)).toEqual(own);
  for (const wrong of [
    '',
    '[]',
    '{"feature_sets":{"all":[]},"targets":["target"]}',
    '{"feature_sets":{"all":["a","b","c"]}}',
  ]) {
    writeFileSync(file, wrong);
    expect(() => readFeatures(file)).toThrow(`${file} is no features.json of Numerai's classic data`);
  }
});
