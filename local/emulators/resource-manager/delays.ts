/** How long the steps of a container group's life take, milliseconds of the clock. */
export interface Delays {
  /** From acceptance to work on it: the group is `Pending`. */
  readonly accept: number;
  /** Fetching the image. */
  readonly pulling: number;
  /** From the image being there to the container running. */
  readonly starting: number;
  readonly stopping: number;
  readonly deleting: number;
  /** Before a container that ended is started again, where the restart policy asks for it. */
  readonly restarting: number;
  /** Between two attempts to fetch an image that cannot be had. */
  readonly pullRetry: number;
  /** How long it goes on trying before the group is `Failed`. */
  readonly pullGivesUpAfter: number;
  /** Between two attempts to find room in a region that has none. */
  readonly tryingAgain: number;
}

/** Short enough to watch, long enough to see every state: what `npm start` uses. */
export const SHORT_DELAYS: Delays = {
  accept: 100,
  pulling: 200,
  starting: 100,
  stopping: 100,
  deleting: 100,
  restarting: 500,
  pullRetry: 500,
  pullGivesUpAfter: 5_000,
  tryingAgain: 500,
};

/** What one meets in Azure with an image of some hundred megabytes. */
export const REALISTIC_DELAYS: Delays = {
  accept: 2_000,
  pulling: 25_000,
  starting: 5_000,
  stopping: 5_000,
  deleting: 10_000,
  restarting: 10_000,
  pullRetry: 30_000,
  pullGivesUpAfter: 30 * 60_000,
  tryingAgain: 60_000,
};
