// What several checks ask of a history.

import type { StartRecord } from '../../../../local/emulators/resource-manager/history.ts';
import type { Attempt } from '../../app/record.ts';
import type { Observed } from '../observed.ts';

/** Starts that somebody asked for; the platform's own repairs are its own business. */
export const asked = (starts: readonly StartRecord[]) => starts.filter(({ kind }) => kind !== 'repair');

export function attemptOf(start: StartRecord, { attempts, history }: Observed): Attempt | undefined {
  // A group of an attempt alone has a tag.
  if (history.kind === 'image' || start.tags['numerai-run'] !== undefined)
    return attempts.find(
      ({ runId, number }) => runId === start.tags['numerai-run'] && new RegExp(`-a${number}[a-z]?$`).test(start.group),
    );
  const slack = 1000 + Math.max(...history.skewMs.map(Math.abs));
  const at = start.at.getTime();
  // By the clock of an instance, an attempt may seem to be older than the end of the one before, which is Azure's to say.
  const isOfOneBefore = (index: number) => {
    const before = attempts[index - 1];
    if (before === undefined || before.runId !== attempts[index]?.runId) return false;
    return Date.parse(before.finishedAt ?? '') - history.azureSkewMs > at;
  };
  return attempts.findLast((attempt, index) => Date.parse(attempt.requestedAt) <= at + slack && !isOfOneBefore(index));
}

/**
 * Two claims of one existing group, such as a test and a real run: it is started as it is, with the same
 * environment, so both may come to share a start, and a test submits as well.
 */
export function sharesItsGroup({ history, attempts }: Observed): boolean {
  return history.kind === 'group' && new Set(attempts.map((attempt) => attempt.claim)).size > 1;
}

/** The platform itself, or somebody in the portal, made containers run or say what they did not do. */
export function isTampered({ history }: Observed): boolean {
  return history.byHand.some(({ what }) => ['contradict', 'repair', 'unhealthy', 'fail-provisioning'].includes(what));
}

export function short(attempt: Attempt): string {
  return `attempt ${attempt.number} (${attempt.runId.slice(-6)}, ${attempt.trigger}, ${attempt.state})`;
}

/** The submissions that count. */
function valid({ submissions }: Observed): Observed['submissions'] {
  return submissions.filter(({ late, errorInfo }) => !late && errorInfo === null);
}

/** Those of one slot. */
export function validOf(observed: Observed, slotId: string): Observed['submissions'] {
  return valid(observed).filter(({ modelId }) => modelId === slotId);
}

/** A start was answered by an error and carried out later: beside the same start once more, which nobody can prevent. */
export function hadLateStart({ fates }: Observed): boolean {
  return fates.some(({ fate }) => fate.do === 'status' && fate.arrivesAfter !== undefined);
}

/** Numerai showed a submission only after the time that the app waits for it: after a container that failed, none. */
export function wasListedLate({ submissions, history: { containers } }: Observed): boolean {
  const waitsMs = containers.some(({ submits, exitCode }) => submits && exitCode !== 0) ? 0 : LISTING_MS;
  return submissions.some(({ insertedAt, listedAt }) => ageMs(insertedAt, listedAt ?? insertedAt) > waitsMs);
}

const LISTING_MS = 4 * 60_000;
const ageMs = (from: Date, to: Date) => to.getTime() - from.getTime();
