/** How long each step of a container group takes, milliseconds of the clock. */
export interface Delays {
  /** From the acceptance to the first step; the group is `Pending`. */
  readonly accept: number;
  /** Pulling the image. */
  readonly pulling: number;
  /** From the pulled image to the running container. */
  readonly starting: number;
  readonly stopping: number;
  readonly deleting: number;
  /** Before an ended container is started again, if the restart policy says so. */
  readonly restarting: number;
  /** Between two attempts to pull an unavailable image. */
  readonly pullRetry: number;
  /** Between two attempts to mount a volume. */
  readonly mountRetry: number;
  /** How long the image, or a volume, is tried before the group is `Failed`. */
  readonly pullGivesUpAfter: number;
  /** Between two attempts to find room in a full region. */
  readonly tryingAgain: number;
}

/** Short enough to wait for, long enough to see every state: used by `npm start`. */
export const SHORT_DELAYS: Delays = {
  accept: 100,
  pulling: 200,
  starting: 100,
  stopping: 100,
  deleting: 100,
  restarting: 500,
  pullRetry: 500,
  mountRetry: 500,
  pullGivesUpAfter: 5_000,
  tryingAgain: 500,
};

/** What Azure takes for an image of some hundred megabytes. */
export const REALISTIC_DELAYS: Delays = {
  accept: 2_000,
  pulling: 25_000,
  starting: 5_000,
  stopping: 5_000,
  deleting: 10_000,
  restarting: 10_000,
  pullRetry: 30_000,
  // Seven times in ten minutes and a half: https://github.com/MicrosoftDocs/azure-docs/issues/70920
  mountRetry: 105_000,
  pullGivesUpAfter: 30 * 60_000,
  tryingAgain: 60_000,
};
