// The description of the API: it is that of the app, served to everybody, and it tells what it does not describe.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openApiJson } from '../../scripts/schema.ts';
import { API } from '../../src/functions/api.ts';
import { notDescribed } from '../support/described.ts';
import { groupNamed, openFrontDoor } from './front-door.ts';

const DESCRIPTION = new URL('../../docs/openapi.json', import.meta.url);

test('docs/openapi.json is up to date: npm run schema', () => {
  expect(readFileSync(DESCRIPTION, 'utf8')).toBe(openApiJson());
});

test('Redocly finds nothing to say about it, by its strictest rules', () => {
  const cli = fileURLToPath(new URL('../../node_modules/@redocly/cli/bin/cli.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [cli, 'lint', fileURLToPath(DESCRIPTION), '--extends', 'recommended-strict', '--format', 'stylish'],
    {
      encoding: 'utf8',
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', NO_COLOR: '1' },
    },
  );
  expect(status, stdout + stderr).toBe(0);
  expect(stderr).toContain('Your API description is valid');
  expect(stdout + stderr).not.toMatch(/warning/i);
});

test('every function of the API is described, with every method', () => {
  const { paths } = JSON.parse(openApiJson());
  // A GET of the webhook is always refused, so that it is no call: webhook.test.ts.
  for (const [name, { route, methods }] of Object.entries(API))
    for (const method of methods.filter((each) => name !== 'webhook' || each !== 'GET'))
      expect(paths[`/${route.replaceAll('?}', '}')}`], route).toHaveProperty(method.toLowerCase());
});

test('GET /api/openapi.json is the description, and needs no key', async () => {
  const door = await openFrontDoor({ models: [groupNamed('nightly')], host: { auth: true } });
  const answer = await door.call('/api/openapi.json');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(answer.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  expect(JSON.parse(answer.text)).toEqual(JSON.parse(openApiJson()));
  // The platform's own answer is described as well.
  expect((await door.call('/api/status')).status).toBe(401);
});

const STARTED = {
  runId: '01KA0000000000000000000000',
  model: 'nightly',
  job: null,
  round: 1784,
  state: 'starting',
  duplicate: false,
  statusUrl: 'https://app.example/api/runs/nightly/01KA0000000000000000000000',
};

test.each([
  ['a member that is not described', 200, { ...STARTED, more: 1 }, 'not as described'],
  ['a member that is missing', 200, { ...STARTED, round: undefined }, 'not as described'],
  ['a word that is none', 200, { ...STARTED, state: 'dancing' }, 'not as described'],
  ['a status that is not described', 418, STARTED, '418 is not described'],
])('an answer with %s is found', (_, status, body, words) => {
  const headers = new Headers({ 'content-type': 'application/json' });
  const answer = { status, headers, text: JSON.stringify(body) };
  expect(
    notDescribed('POST', '/api/runs/nightly', { ...answer, status: 200, text: JSON.stringify(STARTED) }),
  ).toBeNull();
  expect(notDescribed('POST', '/api/runs/nightly', answer)).toContain(words);
});
