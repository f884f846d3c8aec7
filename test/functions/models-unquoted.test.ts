// models.json: what is wrong is told without the values that may be secrets.

import { describe, expect, test } from 'vitest';
import { faultsOf, MODEL } from './configured-app.ts';

describe('models.json', () => {
  const container = (more: object) => ({ ...MODEL, container: { ...MODEL.container, ...more } });
  const registry = (more: object) => container({ registry: { server: 'example.org', ...more } });
  const secret = 'P@ssw0rd!hunter2';
  test.each<[string, unknown, string]>([
    ['secrets', container({ secrets: { A: secret } }), 'container.secrets.A: got a text of 16 characters'],
    ['secrets in a list', container({ secrets: [secret] }), 'container.secrets: got a list of 1'],
    ['a secret that is an object', container({ secrets: { A: { B: secret } } }), 'got an object with the keys `["B"]`'],
    ['a password', registry({ username: 'me', passwordSecret: secret }), 'registry.passwordSecret: got a text of 16'],
    ['a whole login', container({ registry: `me:${secret}@example.org` }), 'registry: got a text of 31 characters'],
    [
      'an API key',
      { ...MODEL, numeraiKeys: { publicId: 'a', secretKey: secret } },
      'numeraiKeys.secretKey: got a text',
    ],
    ['a variable of a bad name', container({ env: { 'A-B': secret } }), 'container.env.A-B: got a text of 16'],
    ['a variable with its value', container({ env: { [`A=${secret}`]: '' } }), 'container.env.A=…: got a text of 0'],
    ['variables as a text', container({ env: `A=${secret}` }), 'container.env: got a text of 18 characters'],
    ['an argument', container({ command: `submit --key ${secret}` }), 'container.command: got a text of 29'],
    ['a container of both kinds', container({ group: 'a', env: { A: secret } }), 'keys `["image","group","env"]`'],
    ['a model that is a list', [{ env: { A: secret } }], 'models[0]: got a list of 1'],
  ])('tells the place and the kind, and not the value, of what may be a secret: %s', async (_what, model, says) => {
    const faults = faultsOf({}, { models: [model] });
    expect(faults).toEqual([expect.stringContaining(says)]);
    expect(faults[0]).not.toContain('hunter2');
  });

  test('is not quoted where it is not JSON', async () => {
    expect(faultsOf({}, '{"models":[{"env":{"A": hunter2}}]}')).toEqual([
      "models.json: got Unexpected token 'h' (line 1 column 25); expected valid JSON, in UTF-8",
    ]);
  });
});
