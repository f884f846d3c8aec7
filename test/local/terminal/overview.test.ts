import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { overview } from '../../../local/terminal/overview.ts';

const NOW = new Date('2026-04-07T12:30:00Z');
const SHOWN = {
  seconds: 3,
  url: 'http://localhost:7071',
  model: 'my-signals',
  round: { number: 1234, closesAt: new Date('2026-04-07T13:00:00Z') },
  now: NOW,
  emulators: [],
  folder: '.local',
  fresh: 'npm start -- --fresh',
} as const;

test.each([
  [undefined, ' localhost:7071/api/webhook/my-signals -H', 'curl localhost:7071/api/status/my-signals\n'],
  [
    { webhook: 'own-key', master: 'master-key' },
    " 'localhost:7071/api/webhook/my-signals?code=own-key' -H",
    "curl 'localhost:7071/api/status/my-signals?code=master-key'\n",
  ],
])('the commands to try name the first model of the list; keys: %j', (keys, webhook, status) => {
  const text = stripVTControlCharacters(overview(keys === undefined ? SHOWN : { ...SHOWN, keys }));
  expect(text).toContain(webhook);
  expect(text).toContain(status);
  expect(text).not.toContain('/demo');
});

test.each([
  [
    'npm start -- --fresh --state own',
    'State is kept in .local; npm start -- --fresh --state own starts from scratch.',
  ],
  [null, 'State is kept in .local; each drill starts from scratch.'],
])('says what starts from scratch there: %s', (fresh, said) => {
  expect(stripVTControlCharacters(overview({ ...SHOWN, fresh }))).toContain(said);
});
