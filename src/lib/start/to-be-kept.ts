// Is a failed attempt one to look at, so that what it has left is kept?

import { containerOf } from '../compute/container.ts';
import type { AttemptedRun } from '../compute/platform.ts';
import type { Entry } from '../config/models.ts';
import { followUpOf } from '../runs/failure.ts';

/** Whether failed attempts of the model may be kept at all. */
export function keepsFailed({ container, lastResort }: Entry): boolean {
  return (container.kind === 'image' && container.keepFailed) || (lastResort?.container.keepFailed ?? false);
}

/** Whether the attempt is one to look at: its container had its chance, and something of its own was wrong. */
export function isToBeKept({ attempt }: AttemptedRun, model: Entry | undefined): boolean {
  const { outcome, failure } = attempt;
  if (model === undefined) return false;
  const container = containerOf(model, attempt);
  if (container.kind !== 'image' || !container.keepFailed || failure === null) return false;
  const followUp = followUpOf(failure);
  return (outcome === 'failed' || outcome === 'timed_out') && (followUp === 'counted' || followUp === 'person');
}
