// The end of a run: its log is kept, Numerai is asked for the submission, a retry is decided, and the end
// is recorded. Any step may fail or the process die: the run has then not ended, and the next tick does
// it all again.

import type { Services } from '../../services.ts';
import { ExternalCallError } from '../azure/external-call.ts';
import { SecretError } from '../azure/key-vault.ts';
import type { Model } from '../config/models.ts';
import { keepLog } from '../operations/run-log.ts';
import { nextAttempt, type Run } from '../runs/run.ts';
import { TIMING } from '../runs/timing.ts';
import { startRun } from '../start/start-run.ts';
import type { Stored } from '../storage/run-store.ts';
import { AppError, messageOf } from '../util/errors.ts';
import { findOwnProof, findProof, missingReason, type Proof } from '../verification/decide.ts';
import { isKnownToNumerai } from '../verification/model-ids.ts';
import type { Ending } from './ending.ts';
import { decideOnRetry, retryWaitMs, usualDurationSeconds } from './next-attempt.ts';

/** How many of the newest runs tell the usual duration. */
const RUNS_FOR_DURATION = 20;

/**
 * Ends a run, or leaves it open where something is still awaited (its log, Numerai's list).
 * @param containerName the container whose log is to be kept; absent where none ever ran.
 */
export async function concludeRun(
  services: Services,
  stored: Stored<Run>,
  model: Model | undefined,
  ending: Ending,
  containerName?: string,
): Promise<Stored<Run>> {
  const now = services.clock.now();
  const run = stored.value;
  const observed: Partial<Run> = {
    exitCode: ending.exitCode ?? run.exitCode,
    startedAt: ending.startedAt ?? run.startedAt,
    finishedAt: ending.finishedAt,
    endSeenAt: run.endSeenAt ?? now.toISOString(),
  };
  const waitedMs = now.getTime() - Date.parse(observed.endSeenAt ?? '');

  let log: string | null = null;
  if (containerName !== undefined) {
    try {
      log = await keepLog(services, run, model, containerName);
    } catch (error) {
      if (waitedMs < TIMING.logPatienceMs) {
        services.log.warn({ err: error, model: run.model, runId: run.id }, 'log not kept yet');
        return run.endSeenAt === null ? services.runs.updateRun(stored, observed) : stored;
      }
      await services.logs.save(
        run.model,
        run.id,
        `The log could not be kept: ${services.redaction.apply(messageOf(error))}\n`,
      );
    }
  }

  const verdict = await judge(services, { ...run, ...observed }, model, ending, log, waitedMs);
  if (verdict === 'pending') {
    if (run.submission === 'pending') return stored;
    return services.runs.updateRun(stored, {
      ...observed,
      submission: 'pending',
      reason: `The container ended with exit code ${observed.exitCode ?? 'unknown'}; waiting for Numerai to show the submission.`,
    });
  }
  return recordEnd(
    services,
    stored,
    model,
    { ...run, ...observed, ...verdict, stopRequest: run.stopRequest },
    ending.mayRetry,
  );
}

type Verdict = Pick<Run, 'state' | 'failure' | 'reason' | 'submission' | 'submittedAt' | 'round'>;

/** What the ending means once Numerai has been asked. */
async function judge(
  services: Services,
  run: Run,
  model: Model | undefined,
  ending: Ending,
  log: string | null,
  waitedMs: number,
): Promise<Verdict | 'pending'> {
  const { state, failure, round } = { ...run, state: ending.state, failure: ending.failure };
  const unproven: Verdict = {
    state,
    failure,
    round,
    reason: ending.reason,
    submission: failure === 'missing-submission' ? 'missing' : 'unknown',
    submittedAt: null,
  };
  const canAsk = !run.isTest && model !== undefined && isKnownToNumerai(model);
  if (state !== 'succeeded')
    return canAsk && run.startedAt !== null
      ? rehabilitate(services, run, model, unproven)
      : unproven;
  if (!canAsk) return ending.unproven === null ? unproven : { ...unproven, ...whatElse(ending) };

  let found: { proof: Proof; closeTime: Date | null };
  try {
    found = await askForProof(services, run, model);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const passing = error instanceof ExternalCallError || !(error instanceof SecretError);
    if (passing && waitedMs < TIMING.proofPatienceMs) return 'pending';
    return {
      ...unproven,
      reason: `The container ended with exit code 0, but Numerai could not be asked for the submission: ${messageOf(error)}`,
    };
  }
  const { proof, closeTime } = found;
  switch (proof.kind) {
    case 'accepted':
      return {
        ...unproven,
        submission: 'accepted',
        round: run.round ?? proof.submission.round,
        submittedAt: proof.submission.insertedAt.toISOString(),
        reason: otherTrigger(run, proof.submission.triggerId),
      };
    case 'late':
      return {
        ...unproven,
        submission: 'late',
        round: run.round ?? proof.submission.round,
        submittedAt: proof.submission.insertedAt.toISOString(),
        reason: `The submission arrived at ${proof.submission.insertedAt.toISOString()}, after the round had closed${closeTime === null ? '' : ` at ${closeTime.toISOString()}`}: it is scored, but not staked.`,
      };
    case 'none':
      if (waitedMs < TIMING.proofGraceMs) return 'pending';
      if (ending.unproven !== null) return { ...unproven, ...whatElse(ending) };
      return {
        ...unproven,
        state: 'failed',
        failure: 'missing-submission',
        submission: 'missing',
        reason: missingReason(run, log),
      };
  }
}

function whatElse({ unproven }: Ending): Partial<Verdict> {
  if (unproven === null) return {};
  const { state, failure, reason } = unproven;
  return { state, failure, reason };
}

/**
 * A container that failed, or was stopped, may have submitted before: then its work is done, and another
 * attempt would submit once more. Numerai is asked once; where it does not answer, the round matters more.
 */
async function rehabilitate(
  services: Services,
  run: Run,
  model: Model,
  unproven: Verdict,
): Promise<Verdict> {
  try {
    const { proof } = await askForProof(services, run, model, findOwnProof);
    if (proof.kind !== 'accepted') return unproven;
    const { round, insertedAt } = proof.submission;
    return {
      state: 'succeeded',
      failure: null,
      reason: `${unproven.reason ?? ''} Numerai had its submission by then, so it is not tried again.`,
      submission: 'accepted',
      submittedAt: insertedAt.toISOString(),
      round: run.round ?? round,
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    services.log.warn({ err: error, model: run.model, runId: run.id }, 'submission not asked for');
    return unproven;
  }
}

function otherTrigger(run: Run, triggerId: string | null): string | null {
  if (run.triggerId === null || run.triggerId === triggerId || !run.ownsGroup) return null;
  return 'Numerai has a submission for this round, but not with the trigger id of this run: the image does not send TRIGGER_ID, or it was made by other means.';
}

type FindProof = (...args: Parameters<typeof findOwnProof>) => Proof;

async function askForProof(
  services: Services,
  run: Run,
  model: Model,
  find: FindProof = findProof,
): Promise<{ proof: Proof; closeTime: Date | null }> {
  const id = await services.modelIds.id(model);
  const keys = await services.modelIds.keys(model);
  const [submissions, known] = await Promise.all([
    services.numerai.submissions(id ?? '', keys),
    services.roundBook.rounds(model.tournament),
  ]);
  const rounds = known.kind === 'known' ? known.rounds : [];
  const round = rounds.find((candidate) => candidate.number === run.round);
  return { proof: find(run, submissions, rounds), closeTime: round?.closeTime ?? null };
}

async function recordEnd(
  services: Services,
  stored: Stored<Run>,
  model: Model | undefined,
  ended: Run,
  mayRetry: boolean,
): Promise<Stored<Run>> {
  const log = services.log.child({ model: ended.model, runId: ended.id });
  const { retry, why } = await considerRetry(services, ended, model, mayRetry);
  const final: Run = {
    ...ended,
    leaseUntil: null,
    reason: withNote(ended.reason ?? ended.startNote, why),
  };
  const summary = {
    state: final.state,
    submission: final.submission,
    failure: final.failure,
    exitCode: final.exitCode,
    reason: final.reason,
    round: final.round,
  };
  if (!retry || model === undefined) {
    const done = await services.runs.updateRun(stored, final);
    log.info(summary, 'run ended');
    return done;
  }

  const { decided, isOut } = await removeGroupFirst(services, stored, final);
  if (!isOut) {
    const waitedMs = services.clock.now().getTime() - Date.parse(final.endSeenAt ?? '');
    if (waitedMs < TIMING.stopGraceMs) return decided;
    const note = `It is not tried again, since Azure has not removed the container group ${final.containerGroup} in ${TIMING.stopGraceMs / 60_000} minutes.`;
    return services.runs.updateRun(decided, { ...final, reason: withNote(final.reason, note) });
  }
  const now = services.clock.now();
  const waitMs = retryWaitMs(final);
  const next = nextAttempt(final, {
    id: services.newId(),
    model,
    round: final.round,
    trigger: 'retry',
    triggerId: final.triggerId,
    isTest: final.isTest,
    reason: waitMs === 0 ? null : `It is tried again in ${waitMs / 60_000} minutes.`,
    claim: final.claim,
    now,
    // A lease that nobody uses: the watcher starts it when that is over.
    leaseUntil: new Date(now.getTime() + (waitMs === 0 ? TIMING.leaseMs : waitMs)),
  });
  const claim = await services.runs.getClaim(final.model, final.claim);
  if (claim === null || claim.value.kind !== 'run' || claim.value.runId !== final.id) {
    // The claim has gone on to another run: this one just ends.
    return services.runs.updateRun(decided, final);
  }
  // The end of this run and the record of the next one are one transaction: a retry is never forgotten.
  await services.inFlight.add({ model: next.model, runId: next.id, writtenAt: now });
  const etags = await services.runs.write(final.model, [
    { do: 'update-run', run: final, etag: decided.etag },
    {
      do: 'update-claim',
      key: final.claim,
      claim: { kind: 'run', runId: next.id },
      etag: claim.etag,
    },
    { do: 'insert-run', run: next },
  ]);
  if (etags === null) return decided;
  log.info({ ...summary, nextRunId: next.id, attempt: next.attempt }, 'run ended; tried again');
  if (waitMs === 0)
    await startRun(services, { value: next, etag: etags.get(next.id) ?? '' }, model);
  return { value: final, etag: etags.get(final.id) ?? '' };
}

/**
 * Before another attempt starts, the group of this one must go: Azure may restart a container that ended
 * badly, and may yet find room for a group whose provisioning failed. What was decided is written down
 * before, since the group that tells it is about to vanish.
 * @returns `isOut` once nothing of it can run beside the next attempt; a removal that is only accepted
 * lets a container run on for a while.
 */
async function removeGroupFirst(
  services: Services,
  stored: Stored<Run>,
  final: Run,
): Promise<{ decided: Stored<Run>; isOut: boolean }> {
  const { containerGroup: name } = final;
  if (!final.ownsGroup || final.acceptedAt === null || name === null)
    return { decided: stored, isOut: true };
  const { exitCode, startedAt, finishedAt, endSeenAt, failure, reason, submission } = final;
  const decided =
    stored.value.failure === null
      ? await services.runs.updateRun(stored, {
          exitCode,
          startedAt,
          finishedAt,
          endSeenAt,
          failure,
          reason,
          submission,
        })
      : stored;
  const seen = await services.platform.observe(name);
  if (seen.kind === 'absent') return { decided, isOut: true };
  if (seen.provisioningState !== 'Deleting') await services.platform.remove(name);
  return { decided, isOut: seen.container?.state === 'Terminated' };
}

async function considerRetry(
  services: Services,
  run: Run,
  model: Model | undefined,
  mayRetry: boolean,
): Promise<{ retry: boolean; why: string | null }> {
  if (run.failure === null || model === undefined || !mayRetry) return { retry: false, why: null };
  // The cheap grounds first: most failures that are not retried need no question to anybody.
  const offhand = decideOnRetry({
    run,
    now: services.clock.now(),
    round: null,
    usualSeconds: null,
  });
  if (!offhand.retry && (run.round === null || run.retriesLeft <= 0)) return offhand;
  const [known, history] = await Promise.all([
    services.roundBook.rounds(model.tournament),
    services.runs.listRuns(run.model, { limit: RUNS_FOR_DURATION }),
  ]);
  const round =
    known.kind === 'known'
      ? (known.rounds.find((candidate) => candidate.number === run.round) ?? null)
      : null;
  const decision = decideOnRetry({
    run,
    now: services.clock.now(),
    round,
    usualSeconds: usualDurationSeconds(history),
  });
  return decision.retry ? { retry: true, why: null } : decision;
}

function withNote(reason: string | null, note: string | null): string | null {
  if (note === null) return reason;
  return reason === null ? note : `${reason} ${note}`;
}
