// One call that goes wrong on the way to a start does not delay it: the container starts within seconds of the webhook,
// and once.

import { describe, expect, test } from 'vitest';
import type { Plan } from '../../simulation/world/external-calls.ts';
import { type Fate, PASS } from '../../simulation/world/fate.ts';
import {
  behave,
  executions,
  groupModel,
  MINUTE,
  modelOf,
  open,
  recordOf,
  TUESDAY,
  WON,
} from '../../support/one-model.ts';

/** The first call that matches has this fate, and all others pass. */
function once(matches: (call: Parameters<Plan>[0]) => boolean, fate: Fate): { plan: Plan; hasStruck: () => boolean } {
  let hasStruck = false;
  return {
    plan: (call) => {
      if (hasStruck || !matches(call)) return PASS;
      hasStruck = true;
      return fate;
    },
    hasStruck: () => hasStruck,
  };
}

const KINDS = [
  ['that is created', modelOf({ secrets: { KEY: 'numerai-public-id' } })],
  ['that exists', groupModel()],
] as const;
const isStart: Parameters<typeof once>[0] = ({ dependency, method, path }) =>
  dependency === 'resource-manager' && (method === 'PUT' || path.endsWith('/start'));

describe.each(KINDS)('the start of a group %s, where', (_, model) => {
  test.each<[string, Fate]>([
    ['it is answered 503 once', { do: 'status', status: 503 }],
    ['it is answered 500 once', { do: 'status', status: 500 }],
    ['it is answered 429 once, with two seconds to wait', { do: 'status', status: 429, retryAfter: 2 }],
    ['its answer is lost', { do: 'lose-answer' }],
    ['its connection is refused', { do: 'refuse' }],
    ['its answer takes two seconds', { do: 'slow-back', by: 2_000 }],
  ])('%s', async (__, fate) => {
    const { plan, hasStruck } = once(isStart, fate);
    const app = await open(model, { plan });
    behave(app);
    await app.start('m');
    expect(hasStruck()).toBe(true);
    expect(Date.parse((await recordOf(app)).attempt?.acceptedAt ?? '')).toBeLessThanOrEqual(
      Date.parse(TUESDAY) + 5_000,
    );
    await app.sleepUntil(new Date(Date.parse(TUESDAY) + MINUTE));
    const [started, ...others] = app.world.resourceManager.groups.starts;
    expect(others).toEqual([]);
    // Without what the emulator takes to pull the image and to start its container.
    expect((started?.runningAt?.getTime() ?? 0) - 2_500).toBeLessThanOrEqual(Date.parse(TUESDAY) + 5_000);
    await app.pass(5);
    expect(await recordOf(app)).toMatchObject({ ...WON, attempt: { number: 1 } });
    expect(executions(app)).toBe(1);
  });

  test.each<[string, Parameters<typeof once>[0]]>([
    ['what is looked at before it', ({ dependency, method }) => dependency !== 'tables' && method === 'GET'],
    ['the record of it', ({ dependency, method }) => dependency === 'tables' && method !== 'GET'],
  ])('%s is answered 503 once', async (__, matches) => {
    const { plan } = once(matches, { do: 'status', status: 503 });
    const app = await open(model, { plan });
    behave(app);
    await app.start('m');
    expect(Date.parse((await recordOf(app)).attempt?.acceptedAt ?? '')).toBeLessThanOrEqual(
      Date.parse(TUESDAY) + 5_000,
    );
    await app.pass(5);
    expect(await recordOf(app)).toMatchObject(WON);
    expect(executions(app)).toBe(1);
  });
});
