// What people, triggers and Azure do in a history.

import type { Groups } from '../../../local/emulators/resource-manager/groups.ts';
import type { StartRecord } from '../../../local/emulators/resource-manager/history.ts';
import { AppError } from '../../../src/lib/util/errors.ts';
import type { Instance, Trigger } from '../app/instance.ts';
import type { Attempt } from '../app/record.ts';
import type { HandPlan, TriggerPlan } from './history.ts';
import type { Answer } from './observed.ts';
import type { FaultsWorld, Stage } from './world.ts';

/** Has a trigger reach an instance. @returns what it was answered. */
export async function ask(
  asked: Instance,
  plan: TriggerPlan,
  { round, model }: Stage,
  world: FaultsWorld,
  starts: () => readonly StartRecord[],
): Promise<Answer> {
  const since = world.clock.now().getTime();
  const startsBefore = starts().length;
  const asking = asked.start(model, triggerOf(plan, round)).then(
    (answered) => ({ outcome: 200 as const, ...answered }),
    (error: unknown) => {
      ignoreAppError(error);
      const refused = error instanceof AppError && error.code === 'conflict';
      return { outcome: refused ? (409 as const) : (503 as const), runId: null, duplicate: false };
    },
  );
  const result = (await Promise.race([asking, asked.died])) ?? {
    outcome: 'dead' as const,
    runId: null,
    duplicate: false,
  };
  return {
    trigger: plan,
    ...result,
    tookMs: world.clock.now().getTime() - since,
    startsMeanwhile: starts().length - startsBefore,
  };
}

function triggerOf({ by }: TriggerPlan, round: number): Trigger {
  const isNamed = by === 'webhook' || by === 'test' || by === 'timer';
  const trigger =
    by === 'timer' ? 'timer' : by === 'operator' || by === 'force' ? 'operator' : 'webhook';
  return {
    trigger,
    triggerId: isNamed && by !== 'timer' ? `trigger-${by}-${round}` : null,
    isTest: by === 'test',
    force: by === 'force',
    round: isNamed ? round : null,
  };
}

/** Errors of the app's own kind are what faults come to; any other is a fault of the app. */
export function ignoreAppError(error: unknown): void {
  if (!(error instanceof AppError)) throw error;
}

/** An operator cancels the latest attempt that has not ended. */
export async function cancelLatest(
  attempts: readonly Attempt[],
  anInstance: () => Instance,
): Promise<void> {
  const latest = attempts.findLast(({ hasEnded }) => !hasEnded);
  if (latest === undefined) return;
  const operated = anInstance();
  const cancelling = operated.cancel(latest.model, latest.runId).catch(ignoreAppError);
  await Promise.race([cancelling, operated.died]);
}

/** What somebody does to a group in the portal, or Azure by itself. */
export async function tamper(
  groups: Groups,
  name: string,
  what: Exclude<HandPlan['what'], 'cancel'>,
): Promise<void> {
  switch (what) {
    case 'stop':
      return groups.stopByHand(name);
    case 'delete':
      return groups.deleteByHand(name);
    case 'out-of-memory':
      return groups.kill(name);
    case 'repair':
      return groups.repair(name);
    case 'unhealthy':
      return groups.makeUnhealthy(name);
    case 'contradict':
      return groups.contradict(name, 'Succeeded', 1);
    case 'fail-provisioning':
      return groups.failProvisioning(name);
  }
}
