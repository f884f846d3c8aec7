// The record: every attempt ends, they follow one another, and what it says is true.

import type { StartRecord } from '../../../../local/emulators/resource-manager/history.ts';
import { ROUND_MS } from '../history.ts';
import type { Observed } from '../observed.ts';
import { attemptOf, isTampered, sharesItsGroup, short, validOf, wasListedLate } from './common.ts';

export function everyAttemptEnds({ attempts }: Observed): string[] {
  return attempts
    .filter((attempt) => !attempt.hasEnded)
    .map((attempt) => `lost: ${short(attempt)} never ended, it is ${attempt.state}`);
}

/** A claim has one run, whose attempts are numbered from 1 without a gap. */
export function claimsNameOneRun({ attempts }: Observed): string[] {
  const found: string[] = [];
  const runs = new Map<string, string>();
  const numbers = new Map<string, number>();
  for (const attempt of attempts) {
    const other = runs.get(attempt.claim) ?? attempt.runId;
    if (other !== attempt.runId) found.push(`doubled: ${attempt.claim} has the runs ${other} and ${attempt.runId}`);
    runs.set(attempt.claim, attempt.runId);
    if (attempt.number === 0) continue;
    const before = numbers.get(attempt.runId) ?? 0;
    if (attempt.number !== before + 1) found.push(`${short(attempt)} has attempt ${attempt.number} after ${before}`);
    numbers.set(attempt.runId, attempt.number);
  }
  return found;
}

export function recordsAreTrue(observed: Observed): string[] {
  const { attempts, starts, history } = observed;
  const tampered = isTampered(observed);
  const found: string[] = [];
  if (sharesItsGroup(observed)) return found;
  for (const attempt of attempts) {
    const own = starts.filter((start) => attemptOf(start, observed) === attempt);
    const start = own.at(-1);
    const ran = start?.runningAt !== undefined;
    // Without an attempt it is the record of a submission by other means.
    const isOwn = attempt.number > 0;
    if (attempt.outcome === 'succeeded' && isOwn && !ran && !tampered)
      found.push(`${short(attempt)} succeeded and never ran`);
    // A run may succeed by an earlier attempt, whose submission is listed late.
    const hasRun = starts.some(
      (other) => other.runningAt !== undefined && attemptOf(other, observed)?.runId === attempt.runId,
    );
    if (attempt.state === 'succeeded' && isOwn && !hasRun && !tampered)
      found.push(`${short(attempt)} is the last of a run that succeeded, and nothing of it ran`);
    if (attempt.exitCode !== null && !ran && !tampered) found.push(`${short(attempt)} has an exit code and never ran`);
    if (attempt.reason === null && attempt.state !== 'succeeded' && attempt.hasEnded)
      found.push(`${short(attempt)} ended ${attempt.state} without a reason`);
    if (/\dT\d\d:\d\d/.test(attempt.reason ?? ''))
      found.push(`${short(attempt)} says a time as programs do: ${attempt.reason}`);
    const isDeleted = history.byHand.some(({ what }) => what === 'delete');
    if (start !== undefined && attempt.acceptedAt === null && !isDeleted && !isUnseen(start, observed))
      found.push(`${short(attempt)} was started and its record does not know it`);
    if (!tampered && ran && attempt.exitCode !== null && attempt.exitCode !== start?.exitCode)
      found.push(`${short(attempt)} has exit code ${attempt.exitCode}; it was ${start?.exitCode}`);
    if (attempt.state === 'succeeded' && !tampered && start?.exitCode !== 0 && !isThere(attempt))
      found.push(`${short(attempt)} succeeded with exit code ${start?.exitCode}`);
    if (history.kind === 'image' && start !== undefined && attempt.location !== start.location)
      found.push(`${short(attempt)} says ${attempt.location}; it was in ${start.location}`);
    for (const { id, model, submission } of attempt.slots)
      if (submission === 'accepted' && validOf(observed, id ?? '').length === 0)
        found.push(`${model} of ${short(attempt)} is recorded as accepted; Numerai has nothing on time`);
    const isLong = ({ insertedAt, listedAt }: Observed['submissions'][number]) =>
      attempt.finishedAt !== null && (listedAt ?? insertedAt).getTime() <= Date.parse(attempt.finishedAt) - 600_000;
    for (const { id, model, submission } of attempt.slots)
      if (submission === 'missing' && !wasListedLate(observed) && validOf(observed, id ?? '').some(isLong))
        found.push(`${model} of ${short(attempt)} is recorded as missing; Numerai has it`);
  }
  return found;
}

/** Numerai has all of it: for some models perhaps too late, which nothing changes any more. */
const isThere = ({ slots, submission }: Observed['attempts'][number]): boolean =>
  submission === 'accepted' ||
  (slots.length > 0 && slots.every((slot) => slot.submission === 'accepted' || slot.submission === 'late'));

/** From the start to the close of its round no answer of Resource Manager came through, so nobody could know of it. */
function isUnseen({ at }: StartRecord, { history, openTime }: Observed): boolean {
  const startedAt = at.getTime() - openTime.getTime();
  const closesAt = history.opensAfterMs + ROUND_MS + (history.extended?.byMs ?? 0);
  return history.disturbances.some(
    ({ of, fate, from, to, probability, starts }) =>
      (of === 'resource-manager' || of === 'all') &&
      fate.do === 'lose-answer' &&
      probability === 1 &&
      starts === undefined &&
      from <= startedAt &&
      to >= closesAt,
  );
}
