// Before anything runs: which models at Numerai are the slots of an attempt?

import { canBeGivenVariables } from '../compute/container.ts';
import { type AttemptedRun, Refusal } from '../compute/platform.ts';
import { type Entry, isJob } from '../config/models.ts';
import { slotsOf } from '../runs/new-run.ts';
import { alignedSlots, dueSlots, isAccepted, type Slot } from '../runs/slots.ts';
import { ageMs, type Clock } from '../util/clock.ts';
import type { AppError } from '../util/errors.ts';
import { ExternalCallError } from '../util/external-call.ts';
import { sentenceOf, together } from '../util/sentences.ts';
import type { NumeraiModels } from '../verification/numerai-models.ts';
import { mayAnswerLater, WrongSlotError } from '../verification/submission-source.ts';

export interface SlotsToStart {
  /** The run's slots, with their ids as far as they are known. */
  readonly slots: Slot[];
  /** What the run is to say of them; null where there is nothing to say. */
  readonly note: string | null;
}

/** So long the others wait for one whose id Numerai cannot be asked for. */
const PATIENCE_MS = 3 * 60_000;

/**
 * Identifies the slots of the run. Those that models.json has wrong are left out, so that the others are submitted; so are
 * those whose id is not known, and Numerai cannot be asked for it, after a few minutes.
 * @throws {Refusal} where that leaves none, or those minutes are not over; where an existing group would submit the
 * others once more, though nothing of it could count; where all are of another tournament.
 */
export async function slotsToStart(
  { numeraiModels, clock }: { readonly numeraiModels: Pick<NumeraiModels, 'identify'>; readonly clock: Clock },
  run: AttemptedRun,
  model: Entry,
): Promise<SlotsToStart> {
  // Somebody may have fixed models.json since the attempt was recorded.
  const known = alignedSlots(run.slots, slotsOf(model));
  if (known.length === 0 || isJob(model)) return { slots: [], note: null };
  const identified = await numeraiModels.identify(model);
  const errors: AppError[] = [];
  const warnings: string[] = [];
  const isDue = new Set(dueSlots({ ...run, slots: known }));
  const slots = known.map((slot): Slot => {
    const each = identified.find((one) => one.slot === slot.model || one.slot === slot.id);
    if (each === undefined) return slot;
    if ('error' in each) {
      if (isDue.has(slot)) errors.push(each.error);
      return each.error instanceof WrongSlotError ? { ...slot, id: null } : slot;
    }
    if (each.warning !== null) warnings.push(each.warning);
    return { ...slot, id: each.id, model: each.name ?? slot.model };
  });
  const wrong = errors.filter((error) => error instanceof WrongSlotError);
  const unknown = errors.filter((error) => !(error instanceof WrongSlotError));
  const needsIds = canBeGivenVariables(model, run.attempt.lastResort);
  const mayWait = unknown.some(mayAnswerLater) && ageMs(run.attempt.requestedAt, clock.now()) < PATIENCE_MS;
  const isAlone = errors.length === isDue.size;
  const [firstUnknown] = unknown;
  if (needsIds && firstUnknown !== undefined && (mayWait || isAlone)) throw refusal(firstUnknown);
  // An existing group knows by itself what it submits for; but it does so for all, and in one tournament.
  const isInVain = needsIds || slots.some(isAccepted) || wrong.every(({ code }) => code === 'wrong-tournament');
  const [firstWrong] = wrong;
  if (firstWrong !== undefined && wrong.length === isDue.size && isInVain) throw refusal(firstWrong, wrong);
  return { slots: folded(slots, run.slots), note: together(...warnings, needsIds ? leftOut(errors) : null) };
}

/** One slot for each id: models.json may name it twice, or by another name than the run has, which may have submitted it. */
function folded(slots: readonly Slot[], earlier: readonly Slot[]): Slot[] {
  const isSame = (slot: Slot) => (other: Slot) => other === slot || (slot.id !== null && other.id === slot.id);
  return slots
    .filter((slot, index) => slots.findIndex(isSame(slot)) === index)
    .map((slot) => {
      const { submission, submittedAt } = [...slots, ...earlier].filter(isSame(slot)).find(isAccepted) ?? slot;
      return { ...slot, submission, submittedAt };
    });
}

/** How many errors a sentence quotes. */
const QUOTED = 3;

function leftOut(errors: readonly AppError[]): string | null {
  if (errors.length === 0) return null;
  const what = errors.length === 1 ? 'One model is left out:' : `${errors.length} models are left out:`;
  return `${what} ${quoted(errors)}`;
}

function quoted(errors: readonly AppError[]): string {
  const messages = [...new Set(errors.map(({ message }) => message))];
  const more = messages.length - QUOTED;
  return [...messages.slice(0, QUOTED), ...(more > 0 ? [`And ${more} more of the kind.`] : [])].join(' ');
}

function refusal(error: AppError, all: readonly AppError[] = [error]): Refusal {
  if (!mayAnswerLater(error)) return new Refusal({ failure: 'numerai-models', reason: quoted(all) }, { cause: error });
  // Without the key of the account, which is in the vault, nobody can ask Numerai: but Numerai is not the cause.
  const isVault = error instanceof ExternalCallError && error.service === 'key-vault';
  const reason = isVault
    ? `Key Vault does not hand out what the start needs: ${sentenceOf(error)}`
    : `Numerai cannot be asked which models the container is to submit for: ${sentenceOf(error)} Named by their ids in numeraiModels, they need not be asked for.`;
  return new Refusal({ failure: 'not-started', reason }, { cause: error });
}
