// Before anything runs: which models at Numerai are the slots of an attempt?

import { canBeGivenVariables } from '../compute/container.ts';
import { type AttemptedRun, Refusal } from '../compute/platform.ts';
import type { Model } from '../config/models.ts';
import { slotsOf } from '../runs/new-run.ts';
import { alignedSlots, dueSlots, type Slot } from '../runs/slots.ts';
import type { AppError } from '../util/errors.ts';
import { ExternalCallError } from '../util/external-call.ts';
import { together } from '../util/sentences.ts';
import type { NumeraiModels } from '../verification/numerai-models.ts';
import { WrongSlotError } from '../verification/submission-source.ts';

export interface SlotsToStart {
  /** The run's slots, with their ids as far as they are known. */
  readonly slots: Slot[];
  /** What the run is to say of them; null where there is nothing to say. */
  readonly note: string | null;
}

/**
 * Identifies the slots of the run. Those that models.json has wrong are left out, so that the others are submitted.
 * @throws {Refusal} where that leaves none; where Numerai cannot be asked for the id that a container needs, and it was
 * never found; where all are of another tournament.
 */
export async function slotsToStart(
  { numeraiModels }: { readonly numeraiModels: Pick<NumeraiModels, 'identify'> },
  run: AttemptedRun,
  model: Model,
): Promise<SlotsToStart> {
  // Somebody may have fixed models.json since the attempt was recorded.
  const known = alignedSlots(run.slots, slotsOf(model));
  if (known.length === 0) return { slots: [], note: null };
  const identified = await numeraiModels.identify(model);
  const errors: AppError[] = [];
  const warnings: string[] = [];
  const isDue = new Set(dueSlots({ ...run, slots: known }).map((slot) => slot.model));
  const slots = known.map((slot): Slot => {
    const each = identified.find((one) => one.slot === slot.model || one.slot === slot.id);
    if (each === undefined) return slot;
    if ('error' in each) {
      if (isDue.has(slot.model)) errors.push(each.error);
      return each.error instanceof WrongSlotError ? { ...slot, id: null } : slot;
    }
    if (each.warning !== null) warnings.push(each.warning);
    return { ...slot, id: each.id, model: each.name ?? slot.model };
  });
  const passing = errors.find((error) => !(error instanceof WrongSlotError));
  const needsIds = canBeGivenVariables(model, run.attempt.lastResort);
  if (passing !== undefined && needsIds) throw refusal(passing);
  const wrong = errors.filter((error) => error instanceof WrongSlotError);
  // An existing group knows by itself what it submits for; but not in another tournament than it is asked for.
  const isHopeless =
    wrong.length === isDue.size && (needsIds || wrong.every(({ code }) => code === 'wrong-tournament'));
  const [first] = wrong;
  if (isHopeless && first !== undefined) throw refusal(first, wrong);
  return { slots, note: together(...warnings, needsIds ? leftOut(wrong) : null) };
}

/** How many errors a sentence quotes. */
const QUOTED = 3;

function leftOut(wrong: readonly AppError[]): string | null {
  if (wrong.length === 0) return null;
  const what = wrong.length === 1 ? 'One model is left out:' : `${wrong.length} models are left out:`;
  return `${what} ${quoted(wrong)}`;
}

const quoted = (errors: readonly AppError[]): string =>
  errors
    .slice(0, QUOTED)
    .map(({ message }) => message)
    .join(' ');

function refusal(error: AppError, all: readonly AppError[] = [error]): Refusal {
  const isPassing = error instanceof ExternalCallError || error.code === 'numerai-answer';
  return new Refusal({ failure: isPassing ? 'not-started' : 'numerai-models', reason: quoted(all) }, { cause: error });
}
