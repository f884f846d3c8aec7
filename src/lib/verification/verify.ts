// Asking Numerai, slot by slot: what an attempt submitted, what a run did, and whether a round has a submission at all,
// however made.

import { givenTriggerIds } from '../compute/container.ts';
import type { Model } from '../config/models.ts';
import type { Round } from '../rounds/round.ts';
import type { RoundCache } from '../rounds/round-cache.ts';
import type { Attempt } from '../runs/attempt.ts';
import { slotsOf } from '../runs/new-run.ts';
import type { Run } from '../runs/run.ts';
import { outstanding, type Slot } from '../runs/slots.ts';
import { AppError, messageOf } from '../util/errors.ts';
import { type FoundSubmission, findSubmission, type RoundSubmission, type SubmissionQuery } from './decide.ts';
import type { NumeraiModels } from './numerai-models.ts';
import { WrongSlotError } from './submission-source.ts';

export interface VerificationDependencies {
  readonly numeraiModels: NumeraiModels;
  readonly rounds: RoundCache;
}

/** What Numerai has for a slot of an attempt, or why it could not be asked. */
export type SlotVerified =
  | {
      readonly slot: Slot;
      /** What the attempt submitted. */
      readonly found: FoundSubmission;
      /** What the run submitted, earlier attempts included. */
      readonly ofRun: FoundSubmission;
    }
  | { readonly slot: Slot; readonly error: AppError };

export interface VerificationAnswer {
  /** The slots that were still to be submitted. */
  readonly slots: readonly SlotVerified[];
  /** When the round closed; null where that is not known. */
  readonly closeTime: Date | null;
}

/** Looks for the submissions of a run's current attempt. */
export async function verify(
  { numeraiModels, rounds }: VerificationDependencies,
  model: Model,
  run: Run & { readonly attempt: Attempt },
): Promise<VerificationAnswer> {
  const [answers, known] = await Promise.all([
    numeraiModels.submissions(model, outstanding(run)),
    rounds.rounds(model.tournament),
  ]);
  const all = known.kind === 'known' ? known.rounds : [];
  const { startedAt, requestedAt } = run.attempt;
  const ofRun = queryOf(run, model);
  return {
    slots: answers.map(({ slot, listed }) => {
      if (listed instanceof AppError) return { slot, error: listed };
      const ofAttempt = { ...ofRun, since: startedAt ?? requestedAt, known: slot.submittedAt };
      return {
        slot,
        found: findSubmission(ofAttempt, listed, all),
        ofRun: findSubmission(ofRun, listed, all),
      };
    }),
    closeTime: all.find(({ number }) => number === run.round)?.closeTime ?? null,
  };
}

function queryOf(run: Run, model: Model): SubmissionQuery {
  return {
    round: run.round,
    triggerIds: givenTriggerIds(run, model),
    since: run.requestedAt,
    known: null,
    isUsualContainer: !run.attempt?.lastResort,
  };
}

/** What Numerai has for a slot and a round. */
export interface SlotOfRound {
  readonly slot: Slot;
  readonly found: RoundSubmission;
}

/**
 * Looks for the submissions of a round, slot by slot: the run's own, else one made by whatever means, which is `none` with
 * `other` where there is a run, and `accepted` where there is none. No slot where there is none. Never throws.
 */
export async function findRoundSubmissions(
  { numeraiModels }: Pick<VerificationDependencies, 'numeraiModels'>,
  model: Model,
  round: Round,
  run: Run | null,
): Promise<readonly SlotOfRound[]> {
  const anybody = { since: round.openTime.toISOString(), known: null, triggerIds: [], isUsualContainer: true };
  const query = { ...(run === null ? anybody : queryOf(run, model)), round: round.number };
  const answers = await numeraiModels.submissions(model, run?.slots ?? slotsOf(model));
  return answers.map(({ slot, listed }) => ({
    slot,
    found: listed instanceof AppError ? withoutList(listed) : findSubmission(query, listed, [round]),
  }));
}

/** Where the account has no such model, there is no submission of it. */
function withoutList(error: AppError): RoundSubmission {
  return error instanceof WrongSlotError ? { kind: 'none', other: null } : { kind: 'unknown', why: messageOf(error) };
}
