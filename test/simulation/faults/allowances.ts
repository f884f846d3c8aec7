// What the clairvoyant is not allowed, since nobody who does not know the future could do without it. All of it is what
// docs/fault-tolerance.md promises, and is made of the app's own numbers: a slower app must be promised first.

import { TIMING } from '../../../src/lib/runs/timing.ts';
import { timeNeeded } from '../../../src/lib/runs/usual-duration.ts';
import { backoffMs } from '../../../src/lib/start/backoff.ts';
import { ASK_AGAIN_MS, FALLBACK_TICK_MS } from './timers.ts';

const SECOND = 1000;
/** How long a call that is not answered takes, with its repetition. */
const CALL_MS = 20 * SECOND;
/** The default of WEBHOOK_BUDGET_SECONDS. */
const BUDGET_MS = 10 * SECOND;

/** What a start needs of which nothing is known: later than that before the close none is begun. */
export const NEEDED = timeNeeded([]);

/** Also the clairvoyant starts with a tick of the watcher, which comes each minute, or when it is called. */
export const ALLOWED = {
  /** A call with its repetitions may be on its way when a fault begins. */
  beforeFaultMs: CALL_MS,
  /** A start that nobody knows of, since its call failed or its instance died: a clock that is behind must see its lease over. */
  leaseMs: TIMING.leaseMs + 2 * TIMING.clockSkewMs,
  /** What was refused just before the end of an outage is tried again after the least wait. */
  refusedMs: backoffMs('refused', 0, null),
  /** Where nothing could be recorded, who called calls again once that was answered; else the fallback finds that nobody has. */
  askAgainMs: BUDGET_MS + ASK_AGAIN_MS,
  fallbackTickMs: FALLBACK_TICK_MS,
  /** A container that ended well, and of which Numerai shows nothing, is believed not to have submitted. */
  missingMs: TIMING.verificationGraceMs,
  /** Questions that hang, one after the other: for the submission, the round, the submission once more, the names. */
  hangMs: 4 * CALL_MS,
  /** The same for a trigger, which does not wait for longer. */
  hangAtStartMs: BUDGET_MS,
  /** A timer counts as silent after so long. */
  silenceMs: TIMING.tickLateMs,
} as const;
