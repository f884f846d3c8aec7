// The times that decide when something counts as lost, late or over. They depend on each other; the
// argument that two owners of a start cannot exist is made in docs/fault-tolerance.md from these numbers.

import { CALL_POLICY } from '../azure/external-call.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const TIMING = {
  /** How long whoever wrote a claim owns the start. */
  leaseMs: 60 * SECOND,
  /** How far the clocks of two instances of the app may differ. */
  clockSkewMs: 10 * SECOND,
  /** How far Numerai's clock, and Azure's, may differ from the app's where their times are compared. */
  azureClockSkewMs: 5 * MINUTE,
  /** A pointer without a run is left alone for as long: its claim may be on the way. */
  pointerGraceMs: 2 * MINUTE,
  /** A created group that is not to be seen is waited for. */
  appearGraceMs: 2 * MINUTE,
  /** A created group whose container does not come up is given up after this, and made elsewhere. */
  startPatienceMs: 20 * MINUTE,
  /** A run that could not be started is tried for this long, or for its time limit where that is longer. */
  requestPatienceMs: 60 * MINUTE,
  /** However long a service asks to be left alone, a start is tried again after this. */
  longestWaitMs: 10 * MINUTE,
  /** After a start that was refused the next attempt waits this long, times its number. */
  retryWaitMs: 2 * MINUTE,
  /** The look at an existing group before its start may take this long. */
  priorLookMs: 3 * SECOND,
  /** A started existing group that still shows its old end is waited for. */
  startGraceMs: 10 * MINUTE,
  /** An image that cannot be pulled is given this long, since Azure tries again by itself. */
  pullGraceMs: 4 * MINUTE,
  /** A group and its container that contradict each other are given this long to agree. */
  contradictionGraceMs: 5 * MINUTE,
  /** A stop that has no effect is given up after this. */
  stopGraceMs: 10 * MINUTE,
  /** Numerai shows a submission within this, or it counts as missing. */
  proofGraceMs: 5 * MINUTE,
  /** A Numerai that cannot be asked for proof is asked for this long. */
  proofPatienceMs: 30 * MINUTE,
  /** A log that cannot be read, or secrets that cannot be blotted out of it, are waited for this long. */
  logPatienceMs: 10 * MINUTE,
  /** A timer writes down that it ran at most this often. */
  tickRecordMs: 5 * MINUTE,
  /** A timer that has not written for this long is not running. */
  tickLateMs: 16 * MINUTE,
  /** A round may be this long where nobody knows: a retry after it makes no sense. */
  assumedRoundMs: 60 * MINUTE,
} as const;

/**
 * Whether the owner of a lease may still send the start: the call must end, by its own deadline, before
 * anybody else may think that the lease is over.
 */
export function mayStartUnderLease(leaseUntil: string | null, now: Date): boolean {
  if (leaseUntil === null) return false;
  return now.getTime() + CALL_POLICY.once.attemptMs + TIMING.clockSkewMs <= Date.parse(leaseUntil);
}

/** Whether the lease is over for everybody, whatever their clocks. */
export function isLeaseOver(leaseUntil: string | null, now: Date): boolean {
  return leaseUntil === null || now.getTime() > Date.parse(leaseUntil) + TIMING.clockSkewMs;
}
