// The slots of a run: the Numerai models that its container submits for, and what Numerai says of each. The submission of
// a run is derived from them here.

import * as z from 'zod/mini';
import { optionalTime, text } from './schema.ts';

/** What Numerai says of a submission. */
export const SUBMISSIONS = [
  'unknown',
  'pending',
  'accepted',
  /** Of some slots, not of all. */
  'partial',
  /** Numerai has it, and it is not valid. */
  'rejected',
  'late',
  'missing',
] as const;
export type Submission = (typeof SUBMISSIONS)[number];

export const slotSchema = z.looseObject({
  /** Its name at Numerai, or its id while the name is not known. */
  model: z.string(),
  /** Null while it is not known. */
  id: text,
  submission: z.catch(z.enum(SUBMISSIONS), 'unknown'),
  submittedAt: optionalTime,
});
export type Slot = Readonly<z.infer<typeof slotSchema>>;
type WithSlots = { readonly slots: readonly Slot[] };

/** The slots of models.json. Those that are named by an id have it. */
export function newSlots(numeraiModels: readonly string[], isId: (slot: string) => boolean): Slot[] {
  return numeraiModels.map((model) => ({
    model,
    id: isId(model) ? model : null,
    submission: 'unknown',
    submittedAt: null,
  }));
}

/**
 * The slots that models.json has now, each as it is on record. One of two names has one; a new one has no id yet,
 * since no container was told of it.
 */
export function alignedSlots(known: readonly Slot[], configured: readonly Slot[]): Slot[] {
  const ofRun = (slot: Slot) => known.find(({ model, id }) => model === slot.model || id === slot.model);
  return [...new Set(configured.map((slot) => ofRun(slot) ?? { ...slot, id: null }))];
}

/** Of several answers that are all of none, the one that counts for the whole: what is worst. */
const WORST: readonly Submission[] = ['missing', 'rejected', 'unknown', 'late'];

/** What Numerai says of a run as a whole; `unknown` where there are no slots. */
export function submissionOf(slots: readonly Slot[]): Submission {
  const all = new Set(slots.map(({ submission }) => submission));
  const [only = 'unknown'] = all;
  if (all.size <= 1) return only;
  if (all.has('pending')) return 'pending';
  if (all.has('accepted')) return 'partial';
  return WORST.find((submission) => all.has(submission)) ?? 'unknown';
}

/** The slots as they are now, with what follows from them for the run. */
export function withSlots(slots: readonly Slot[]): { readonly slots: Slot[]; readonly submission: Submission } {
  return { slots: [...slots], submission: submissionOf(slots) };
}

export const isAccepted = ({ submission }: Pick<Slot, 'submission'>): boolean => submission === 'accepted';

/** The slot as Numerai judges it. What an earlier attempt submitted is remembered while the next one's is waited for. */
export function judgedAs(slot: Slot, submission: Submission, sent: { readonly insertedAt: Date } | null): Slot {
  if (submission === 'pending') return { ...slot, submission };
  return { ...slot, submission, submittedAt: sent?.insertedAt.toISOString() ?? null };
}

/** Slots, and whether an operator wants all of them once more. */
type Asked = WithSlots & { readonly isForced: boolean };

/** What is still to be submitted; all of it where that is accepted, and an operator forces another attempt. */
export function outstanding({ slots, isForced }: Asked): readonly Slot[] {
  const missing = missingSlots({ slots });
  return missing.length === 0 && isForced ? slots : missing;
}

/** Those that have no submission that counts; none where the run has no slots. */
export function missingSlots({ slots }: WithSlots): readonly Slot[] {
  return slots.filter((slot) => !isAccepted(slot));
}

/** By what Numerai said. */
const LACKING: ReadonlySet<Submission> = new Set<Submission>(['missing', 'rejected', 'late']);

/** Those that may have been submitted, for all that is known, where others certainly were not. */
export function unproven(run: Asked): readonly Slot[] {
  const all = outstanding(run);
  // One without an id is of no container: it is wrong, or new.
  const hasLacking = all.some(({ submission, id }) => id !== null && LACKING.has(submission));
  return hasLacking ? all.filter(({ submission, id }) => id !== null && !LACKING.has(submission)) : [];
}

/** What the next attempt is for. What may have been submitted is not while others are certainly missing. */
export function dueSlots(run: Asked): readonly Slot[] {
  const isLeft = new Set(unproven(run));
  return outstanding(run).filter((slot) => !isLeft.has(slot));
}

type Identified = Slot & { readonly id: string };

/** What a container can be told to submit for: what the attempt is for, as far as its id is known. */
export function givenSlots(run: Asked): readonly Identified[] {
  return dueSlots(run).filter((slot): slot is Identified => slot.id !== null);
}

/** Whether it is not known of some slot whether it has a submission that counts: worse than one that is late. */
export function isUnconfirmed({ slots }: WithSlots): boolean {
  return slots.some(({ submission }) => submission === 'unknown');
}

/** When the last submission of the run arrived; null where none did. */
export function submittedAt({ slots }: WithSlots): string | null {
  return (
    slots
      .map((slot) => slot.submittedAt)
      .filter((time) => time !== null)
      .sort()
      .at(-1) ?? null
  );
}

/** How many slots a sentence names. */
const NAMED = 8;
const STATES: Partial<Record<Submission, string>> = {
  rejected: 'not accepted by Numerai',
  late: 'late',
  unknown: 'not confirmed',
  pending: 'not shown yet',
};

/** What a slot is that is not simply missing. One without an id is missing for certain: no container was told of it. */
const stateOf = ({ submission, id }: Slot) =>
  submission === 'unknown' && id === null ? undefined : STATES[submission];

/**
 * Which slots of a run with several have no submission that counts: `3 of 10 models of ensemble are missing: a, b, c`,
 * or what they are instead, such as `are not confirmed`.
 * Null where none is missing, and where the run has one slot, of which its own reason tells.
 */
export function shortfall(run: WithSlots & { readonly model: string }): string | null {
  const missing = missingSlots(run);
  const [first] = missing;
  const total = run.slots.length;
  if (first === undefined || total < 2) return null;
  const state = missing.every((slot) => stateOf(slot) === stateOf(first)) ? (stateOf(first) ?? 'missing') : null;
  const named = missing.slice(0, NAMED).map((slot) => {
    const own = state === null ? stateOf(slot) : undefined;
    return own === undefined ? slot.model : `${slot.model} (${own})`;
  });
  const more = missing.length - named.length;
  const names = `${named.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
  const verb = missing.length === 1 ? 'is' : 'are';
  return `${missing.length} of ${total} models of ${run.model} ${verb} ${state ?? 'missing'}: ${names}`;
}
