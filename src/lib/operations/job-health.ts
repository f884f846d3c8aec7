// How does a job stand? The one answer, for pages and metrics.

import { hasEnded, isGood, type Run, waitsForPerson } from '../runs/run.ts';
import { usualSeconds } from '../runs/usual-duration.ts';
import type { JobStatus } from './status.ts';

export type JobCondition =
  /** An attempt is in flight. */
  | 'running'
  /** Somebody has to fix the cause: no attempt that is planned before that helps. */
  | 'stuck'
  /** The next attempt is planned. */
  | 'retrying'
  /** Nothing of it is started by itself. */
  | 'paused'
  /** Its last run ended badly, or was cancelled. */
  | 'failed'
  | 'cancelled'
  /** Its last run did its work. */
  | 'done'
  /** No run so far. */
  | 'new';

export interface JobHealth {
  readonly condition: JobCondition;
  /** The run that is under way, else the newest; null where there is none. */
  readonly run: Run | null;
  /** The newest run that did its work; null where none of the newest runs did. */
  readonly lastGood: Run | null;
  /** How long it usually takes; null where that is not known. */
  readonly usualSeconds: number | null;
}

/** How a job stands. */
export function jobHealthOf(status: JobStatus): JobHealth {
  const runs = status.records.map(({ run }) => run);
  const run = status.inFlight ?? runs[0] ?? null;
  return {
    condition: conditionOf(run, status),
    run,
    lastGood: runs.find(isGood) ?? null,
    usualSeconds: usualSeconds(runs),
  };
}

function conditionOf(run: Run | null, { paused }: JobStatus): JobCondition {
  if (run !== null && waitsForPerson(run)) return 'stuck';
  if (run !== null && !hasEnded(run)) return run.state === 'waiting' ? 'retrying' : 'running';
  if (paused !== null) return 'paused';
  if (run === null) return 'new';
  if (run.state === 'cancelled') return 'cancelled';
  return run.state === 'succeeded' ? 'done' : 'failed';
}
