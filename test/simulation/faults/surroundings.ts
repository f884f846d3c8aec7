// What happens around the app in a history, each at its time: people, Numerai, regions, other programs.

import type { StartRecord } from '../../../local/emulators/resource-manager/history.ts';
import { DOCUMENTED_LIMITS } from '../../../local/emulators/resource-manager/limits.ts';
import type { Instances } from '../app/instances.ts';
import type { ExternalCalls } from '../world/external-calls.ts';
import { cancelLatest, changeSecret, tamper } from './events.ts';
import { executionsOf, tamperWithExecution } from './executions.ts';
import { type History, type LimitPlan, lateMsOf } from './history.ts';
import { ownGroup } from './scene.ts';
import type { FaultsWorld, Stage } from './world.ts';

interface Scene {
  readonly world: FaultsWorld;
  readonly stage: Stage;
  readonly calls: ExternalCalls;
  readonly instances: Instances;
  readonly starts: () => readonly StartRecord[];
}

/** @param event has something happen at a time. */
export function planSurroundings(
  history: History,
  { world, stage, calls, instances, starts }: Scene,
  event: (at: number, happen: () => Promise<void>) => void,
): void {
  const { resourceManager } = world;
  const { groups } = resourceManager;
  for (const { at, what } of history.byHand)
    event(at, async () => {
      if (what === 'cancel') {
        const attempts = await calls.hold(() => world.record.attemptsOf(stage.model));
        await cancelLatest(attempts, () => instances.at(0));
        return;
      }
      const execution = executionsOf(world, ownGroup(stage)).at(-1);
      if (execution !== undefined) return calls.hold(() => tamperWithExecution(execution, what));
      const group = starts().at(-1)?.group;
      if (group !== undefined && groups.has(group)) await calls.hold(() => tamper(groups, group, what));
    });
  for (const { location, capacity, from, to } of history.capacity) {
    event(from, async () => resourceManager.setCapacity(location, capacity));
    event(to, async () => resourceManager.setCapacity(location, 'ample'));
  }
  const { secret } = history;
  if (secret !== null) {
    event(secret.at, async () => changeSecret(world, secret.what, false));
    event(secret.backAt, async () => changeSecret(world, secret.what, true));
  }
  if (history.throttledUntil > 0)
    event(history.throttledUntil, async () => resourceManager.setThrottled('docker.io', false));
  const { extended } = history;
  const movedMs = history.opensAfterMs + lateMsOf(history);
  if (extended !== null)
    event(extended.at, async () => world.moveRound(stage.round, { openMs: movedMs, closeMs: movedMs + extended.byMs }));
  for (const limit of history.limits) useUp(limit, resourceManager, event);
}

function useUp(
  limit: LimitPlan,
  resourceManager: FaultsWorld['resourceManager'],
  event: (at: number, happen: () => Promise<void>) => void,
): void {
  if ('within' in limit) {
    const { of, location, from } = limit;
    event(from, async () => resourceManager.spend(of, location, windowOf(limit).count));
    return;
  }
  const { of, from, to } = limit;
  event(from, async () => resourceManager.setDrained(of, true));
  event(to, async () => resourceManager.setDrained(of, false));
}

/** Until when nothing is left. */
export const limitedUntil = (limit: LimitPlan): number =>
  'to' in limit ? limit.to : limit.from + windowOf(limit).withinMs;

function windowOf({ within }: Extract<LimitPlan, { within: unknown }>): (typeof DOCUMENTED_LIMITS)[number] {
  const [hour, minutes] = [DOCUMENTED_LIMITS[0], DOCUMENTED_LIMITS[1]];
  const window = within === 'an hour' ? hour : minutes;
  if (window === undefined) throw new Error('Azure documents two windows.');
  return window;
}
