// The times that decide when something counts as lost, late or over. They depend on each other; the
// argument that two owners of a start cannot exist is made in docs/fault-tolerance.md from these numbers.

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const TIMING = {
  /** How long the instance that wrote a claim owns the start. */
  leaseMs: 60 * SECOND,
  /** How long one call that starts something may take. */
  startCallMs: 15 * SECOND,
  /** How far the clocks of two instances of the app may differ. */
  clockSkewMs: 10 * SECOND,
  /** What was written down with a time that is further ahead was written by a clock that was wrong, and is now right. */
  farAheadMs: 10 * MINUTE,
  /** How far Numerai's clock may differ from that of the platform, or the app's. Both follow the time of day. */
  numeraiClockSkewMs: 1 * MINUTE,
  /** An entry of the in-flight index without a run is left alone for as long: its claim may be on the way. */
  entryGraceMs: 2 * MINUTE,
  /** A start that got no answer is repeated after this, at once, for as long. */
  repeatWaitMs: SECOND,
  repeatForMs: 8 * SECOND,
  /** However long a service asks to be left alone, a start is tried again after this. */
  longestWaitMs: 10 * MINUTE,
  /** What a platform prepares before a run is recorded may take this long. */
  prepareMs: 3 * SECOND,
  /** An image that cannot be pulled, or a volume that cannot be mounted, is given this long: Azure tries again by itself. */
  waitingGraceMs: 4 * MINUTE,
  /** An end that the platform reports without a time is believed after this. */
  unclearEndGraceMs: 5 * MINUTE,
  /** A stop, or a removal, that has no effect is given up after this. */
  stopGraceMs: 10 * MINUTE,
  /** An execution that cannot be looked at is given up after this at the earliest, however short its time limit. */
  outOfSightMs: 15 * MINUTE,
  /** What a container that has never been seen running may have taken to start: Azure's limit of a pull. */
  unseenStartMs: 30 * MINUTE,
  /** What is left of a run is looked at tick by tick for this long after its end, and then now and then. */
  clearingMs: 60 * MINUTE,
  /** How often the removal of what was left behind is tried again. */
  leftoverRetryMs: 60 * MINUTE,
  /** The removal of what was left behind is not tried any more after this. */
  leftoverGiveUpMs: 30 * 24 * 60 * MINUTE,
  /** A failed attempt that is to be looked at is kept for as long. */
  keptMs: 24 * 60 * MINUTE,
  /** No round is open for longer. */
  longestRoundMs: 26 * 60 * MINUTE,
  /** Numerai shows a submission within this, or it counts as missing. */
  verificationGraceMs: 5 * MINUTE,
  /** An attempt waits this long for a Numerai that cannot be asked; then the fallback goes on asking. */
  verificationPatienceMs: 10 * MINUTE,
  /** After the close, a submission that Numerai does not list yet is waited for as long. */
  listingPatienceMs: 15 * MINUTE,
  /** After the close, a Numerai that cannot be asked is asked again for this long. */
  reviewPatienceMs: 24 * 60 * MINUTE,
  /** A log that something waits for is had within this, or not at all. */
  logSoonMs: 4 * SECOND,
  /** At a tick, the reading of running containers' logs begins for no longer than this. */
  runningLogsMs: 15 * SECOND,
  /** After the end, a log that cannot be read, or redacted, is tried again for this long. */
  logPatienceMs: 10 * MINUTE,
  /** A timer writes down that it ran at most this often. The watcher then also reads the logs of running containers. */
  tickRecordMs: 5 * MINUTE,
  /** A timer that has not written for this long is not running. */
  tickLateMs: 16 * MINUTE,
  /** A round may be this long where nobody knows: a retry after it makes no sense. */
  assumedRoundMs: 60 * MINUTE,
} as const;

/**
 * Whether a time on record of something that has happened is further ahead than clocks may differ: a clock that was wrong
 * has written it, and nobody knows when it was.
 */
export function isFarAhead(time: Date, now: Date): boolean {
  return time.getTime() - now.getTime() > TIMING.farAheadMs;
}

/** Whether a time that was set so long ahead has come; one that is further ahead was set by a clock that was wrong. */
export function isOverOrWrong(until: Date, aheadMs: number, now: Date): boolean {
  return until <= now || isFarAhead(new Date(until.getTime() - aheadMs), now);
}

/** Until when the instance that takes a lease now owns the start. */
export function leaseFrom(now: Date): string {
  return new Date(now.getTime() + TIMING.leaseMs).toISOString();
}

/**
 * Whether the owner of a lease may still send the start: the call must end, by its own deadline, before
 * anybody else may think that the lease is over.
 */
export function mayStartUnderLease(leaseUntil: string | null, now: Date): boolean {
  if (leaseUntil === null) return false;
  return now.getTime() + TIMING.startCallMs + TIMING.clockSkewMs <= Date.parse(leaseUntil);
}

/** Whether the lease is over for everybody, whatever their clocks. One until no time is over: nobody may start under it. */
export function isLeaseOver(leaseUntil: string | null, now: Date): boolean {
  return leaseUntil === null || !(now.getTime() <= leaseEndMs(leaseUntil));
}

/** Until when somebody's clock may say that the lease is not over. */
export function leaseEndMs(leaseUntil: string): number {
  return Date.parse(leaseUntil) + TIMING.clockSkewMs;
}
