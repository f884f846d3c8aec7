// What the watcher needs of the app.

import type { Entry } from '../config/models.ts';
import type { SecretStore } from '../config/secrets.ts';
import type { Settings } from '../config/settings.ts';
import type { JobDependencies } from '../jobs/start-due.ts';
import type { Run } from '../runs/run.ts';
import type { LogStore, SummaryStore } from '../runs/stores.ts';
import type { Redaction } from '../util/redaction.ts';
import type { VerificationDependencies } from '../verification/verify.ts';
import type { DeploymentDependencies } from './deployment.ts';

/** Reports the end of a run. While that fails, the run stays in the in-flight index, and the next tick repeats it. */
type ReportEnd = (run: Run) => Promise<void>;
/** Reports a run that goes on, where somebody should know what keeps it. Repeating it does no harm. */
type ReportTrouble = (run: Run) => Promise<void>;

/**
 * Calls HEARTBEAT_URL: all is well. Once for each occasion.
 * @returns whether the call was taken. It never throws.
 */
export type Heartbeat = (occasion: string) => Promise<boolean>;

export interface WatchDependencies extends VerificationDependencies, DeploymentDependencies, JobDependencies {
  readonly entries: readonly Entry[];
  readonly settings: Settings;
  readonly summaries: SummaryStore;
  readonly logs: LogStore;
  readonly secrets: SecretStore;
  readonly redaction: Redaction;
  readonly reportEnd: ReportEnd;
  readonly reportTrouble: ReportTrouble;
  /** Null where no HEARTBEAT_URL is set. */
  readonly heartbeat: Heartbeat | null;
}
