// What a webhook costs once the app is warm.

import { beforeAll, describe, expect, test } from 'vitest';
import { type FrontDoor, groupNamed, imageModel, openFrontDoor } from './front-door.ts';

let door: FrontDoor;
const SECRETS = { secrets: { API_KEY: 'some-key' } };

beforeAll(async () => {
  door = await openFrontDoor({
    models: [imageModel('counted-before', SECRETS), imageModel('counted', SECRETS), groupNamed('counted-existing')],
    secrets: { 'some-key': 'some-value' },
  });
});

describe('a warm webhook', () => {
  test.each([
    // Whether it is paused, the in-flight index, the run with its claims, one more of the day's starts, the start, and that it was accepted.
    ['a group made for the run', 'counted', 6],
    // One more: how its container was started before, so that an old end is not taken for the run's.
    ['a group that exists', 'counted-existing', 7],
  ])('makes few calls to the outside: %s', async (_kind, model, atMost) => {
    await door.webhook('counted-before', { roundNumber: 1 });
    const calls = () => Object.values(door.environment.emulators).flatMap((emulator) => emulator.calls);
    const before = calls().length;
    const answer = await door.webhook(model, { roundNumber: 1, triggerId: 'counted' });
    expect(answer).toMatchObject({ model, state: 'starting', duplicate: false });
    const made = calls()
      .slice()
      .sort((a, b) => a.receivedAt - b.receivedAt)
      .slice(before)
      .map(({ method, url }) => `${method} ${url.pathname}`);
    // One of them is the start.
    expect(
      made.filter((call) => /^(PUT|POST) .*\/containerGroups\//.test(call)),
      made.join('\n'),
    ).toHaveLength(1);
    expect(made.length, made.join('\n')).toBeLessThanOrEqual(atMost);
  });
});
