// Whatever stands in models.json: what is wrong is told, with a line of the file, and nothing is thrown.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkModelsText } from '../../cli/check/models-text.ts';
import { plainSecretsIn } from '../../cli/check/plain-secrets.ts';

const DEFAULTS = { file: 'models.json', containerLocation: undefined, containerIdentityId: undefined };
const KEYS = {
  ofContainer: ['group', 'container', 'image', 'command', 'cpu', 'memoryGB', 'maxMemoryGB', 'env', 'secrets'],
  more: ['registry', 'volumes', 'subnet', 'identity', 'priority', 'keepFailed', 'locations', 'containerAppsJob'],
  ofEntry: ['name', 'tournament', 'numeraiModels', 'numeraiKeys', 'timeoutMinutes', 'schedule', 'overlap', 'paused'],
};

const leaf = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  fc.constantFrom('classic', 'westus2', 'docker.io/a/b:1', 'a--b', 'x', 'Spot', 1, 8, [], {}, null, ['x', 'x']),
);
const some = (keys: readonly string[], value: fc.Arbitrary<unknown>) =>
  fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 6 });
const registry = some(['server', 'username', 'passwordSecret', 'identity'], leaf);
const container = fc.oneof(
  leaf,
  some([...KEYS.ofContainer, ...KEYS.more], fc.oneof(leaf, registry, some(['A', 'TRIGGER_ID'], leaf))),
);
const entry = fc.oneof(
  leaf,
  fc.tuple(some(KEYS.ofEntry, leaf), container, container).map(([fields, own, lastResort]) => ({
    ...fields,
    container: own,
    lastResort,
  })),
);
const list = fc.oneof(leaf, fc.array(entry, { maxLength: 3 }));
const file = fc.oneof(leaf, fc.record({ models: list, jobs: list }));

test('of any file, right or wrong', () => {
  fc.assert(
    fc.property(file, fc.constantFrom(undefined, 2), (content, indent) => {
      const text = JSON.stringify(content, null, indent);
      const { models, faults } = checkModelsText(text, DEFAULTS);
      const lines = text.split('\n').length;
      expect(models === null).toBe(faults.length > 0);
      for (const { found, remedy, place } of faults) {
        expect(place?.line).toBeGreaterThan(0);
        expect(place?.line).toBeLessThanOrEqual(lines);
        expect(`${found} ${remedy}`).not.toMatch(/Invalid|undefined|NaN/);
      }
      plainSecretsIn(content);
    }),
    { numRuns: 2000 },
  );
});

test('of any text', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json().map((json) => json.slice(0, -1)),
      ),
      (text) => {
        const { models, faults } = checkModelsText(text, DEFAULTS);
        expect(models).toBeNull();
        expect(faults.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 1000 },
  );
});
