// A situation that an operator may meet shortly before a round closes, and how it is made to happen.

import type { Environment } from '../environment/environment.ts';

export interface Drill {
  /** What happens, in a few words, for the list of them. */
  readonly what: string;
  /** The entries of `models.json`. */
  readonly models: readonly object[];
  /** Settings of the app that differ from those of the environment. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Makes it happen. The app runs, a round is open, and nothing has been started for it. */
  happen(stage: Stage): Promise<void>;
}

/** What a drill acts on. */
export interface Stage {
  readonly environment: Environment;
  /** Has Numerai call the webhooks of these models, or of all. */
  call(...models: readonly string[]): Promise<void>;
  /** Waits until something is true of the newest run of each of these models, or of all. */
  until(is: (run: SeenRun) => boolean, ...models: readonly string[]): Promise<void>;
  /** A tick of a timer, now. */
  tick(timer: 'watcher' | 'fallback'): Promise<void>;
}

/** What a drill looks at of a run. */
export interface SeenRun {
  readonly state: string;
  readonly submission: string;
  readonly nextAttemptAt: string | null;
}
