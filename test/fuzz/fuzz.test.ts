// A bounded campaign of hostile requests; `npm run fuzz` makes longer ones.

import { expect, test } from 'vitest';
import { fuzz } from './campaign.ts';
import { finderOf } from './secrets.ts';

const SECRET = 'S3cret/key+with=signs==';

test.each<[string, string]>([
  ['as it is', SECRET],
  ['in JSON', JSON.stringify({ a: SECRET })],
  ['percent-encoded', encodeURIComponent(SECRET)],
  ['percent-encoded in lower case', encodeURIComponent(SECRET).toLowerCase().replace('s3cret', 'S3cret')],
  ['in hexadecimal', Buffer.from(SECRET).toString('hex')],
  ['in base64', Buffer.from(SECRET).toString('base64')],
  ['in base64, after a user and a colon', Buffer.from(`user:${SECRET}`).toString('base64')],
  ['in base64 for URLs, in the middle', Buffer.from(`ab${SECRET}cd`).toString('base64url')],
  ['backwards', [...SECRET].reverse().join('')],
])('a secret is found %s', (_form, text) => {
  expect(finderOf([SECRET])(`before ${text} after`)).not.toBeNull();
});

test('what is no secret is none', () => {
  expect(finderOf([SECRET, 'short'])('S3cret short key')).toBeNull();
});

test('hostile requests are answered in time, start nothing that the rules do not allow, and learn no secret', async () => {
  const { violations, serverErrors, starts, statuses } = await fuzz({ seed: 7, requests: 400 });
  expect(violations).toEqual([]);
  expect(serverErrors).toBeLessThan(10);
  // What is as it must be gets through: else the rest would prove nothing.
  expect(starts).toBeGreaterThan(0);
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 401, 403, 404, 405, 415]));
}, 300_000);
