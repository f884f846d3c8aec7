// What people, triggers and Azure do in a history.

import type { Groups } from '../../../local/emulators/resource-manager/groups.ts';
import type { StartRecord } from '../../../local/emulators/resource-manager/history.ts';
import { type Instance, isExpected, type Trigger } from '../app/instance.ts';
import type { Attempt } from '../app/record.ts';
import type { HandPlan, SecretPlan, TriggerPlan } from './history.ts';
import type { Answer } from './observed.ts';
import { CHANGING_SECRET, type FaultsWorld, type Stage } from './world.ts';

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
  const asking = asked.start(model, triggerOf(plan, round));
  const answered = (await Promise.race([asking, asked.died])) ?? DEAD;
  const { status, ...rest } = answered;
  return {
    trigger: plan,
    outcome: status,
    ...rest,
    tookMs: world.clock.now().getTime() - since,
    startsMeanwhile: starts().length - startsBefore,
  };
}

const DEAD = { status: 'dead', runId: null, duplicate: false } as const;

/** How far the round that it names is from the one that is open. */
const WRONG_BY: Partial<Record<TriggerPlan['by'], number>> = { closed: -1, future: 2, impossible: 1000 };

function triggerOf({ by, at }: TriggerPlan, round: number): Trigger {
  const isNamed = !['bare', 'operator', 'force'].includes(by);
  const trigger = by === 'timer' ? 'timer' : by === 'operator' || by === 'force' ? 'operator' : 'webhook';
  return {
    trigger,
    // Several slots have webhooks of their own, each call with its id.
    triggerId: isNamed && by !== 'timer' ? `trigger-${by}-${round}-${at % 3}` : null,
    isTest: by === 'test',
    force: by === 'force',
    round: isNamed ? round + (WRONG_BY[by] ?? 0) : null,
  };
}

/** An operator cancels the latest attempt that has not ended. */
export async function cancelLatest(attempts: readonly Attempt[], anInstance: () => Instance): Promise<void> {
  const latest = attempts.findLast(({ hasEnded }) => !hasEnded);
  if (latest === undefined) return;
  const operated = anInstance();
  const cancelling = operated.cancel(latest.model, latest.runId).catch((error: unknown) => {
    if (!isExpected(error)) throw error;
  });
  await Promise.race([cancelling, operated.died]);
}

/** What somebody does to a secret of the vault; some of it is undone later. */
export function changeSecret({ keyVault }: FaultsWorld, what: SecretPlan['what'], isBack: boolean): void {
  const { name, next } = CHANGING_SECRET;
  if (what === 'disable') (isBack ? keyVault.enableSecret : keyVault.disableSecret)(name);
  else if (what === 'delete') (isBack ? keyVault.recoverSecret : keyVault.deleteSecret)(name);
  else if (what === 'forbid') keyVault.forbid(isBack ? [] : [name]);
  else if (!isBack) {
    if (what === 'rotate-all') keyVault.disableSecret(name);
    keyVault.setSecret(name, next);
  }
}

/** What somebody does to a group in the portal, or Azure by itself. */
export async function tamper(groups: Groups, name: string, what: Exclude<HandPlan['what'], 'cancel'>): Promise<void> {
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
