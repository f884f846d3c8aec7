// How long what was refused, or is not ready, waits before it is tried again. It costs nothing, so it goes on until
// the round decides: often at first and towards the close, seldom in between.

const MINUTE = 60_000;

/** The wait is a share of the time since the first try, within bounds. */
const BACKOFF = {
  /** A start that was refused before anything ran. */
  refused: { share: 1 / 10, leastMs: MINUTE, mostMs: 15 * MINUTE },
  /** A container that ended with EX_TEMPFAIL: each time costs a little. */
  notReady: { share: 1 / 3, leastMs: 2 * MINUTE, mostMs: 30 * MINUTE },
} as const;

/** Towards the close the wait is this share of what is left. */
const SHARE_OF_LEFT = 1 / 8;

/**
 * The wait in milliseconds.
 * @param sinceMs how long ago it was tried first.
 * @param leftMs how long the round is open yet; null where nobody knows.
 */
export function backoffMs(kind: keyof typeof BACKOFF, sinceMs: number, leftMs: number | null): number {
  const { share, leastMs, mostMs } = BACKOFF[kind];
  const waitMs = Math.min(sinceMs * share, (leftMs ?? Number.POSITIVE_INFINITY) * SHARE_OF_LEFT);
  return Math.round(Math.min(mostMs, Math.max(leastMs, waitMs)));
}
