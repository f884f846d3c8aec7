// What must be gone through first: containers that do not submit, and groups that get stuck. With each, the policy of attempts
// says when the next may start: the waits are those of docs/fault-tolerance.md, "Attempts".

import { START_PATIENCE_MS } from '../../../src/lib/compute/container-instances/observe.ts';
import { backoffMs } from '../../../src/lib/start/backoff.ts';
import { keptMomentOf, latestPlanOf, waitAfter } from '../../../src/lib/watch/moments.ts';
import type { WrongStart } from '../seasons/oracle.ts';
import type { Span } from '../seasons/rounds.ts';
import { ALLOWED, NEEDED } from './allowances.ts';
import type { ContainerPlan, History } from './history.ts';
import { TICK_MS } from './timers.ts';

/** The containers that must be gone through first; null where none ever does its work. */
export function wrongContainersOf({
  containers,
  slots,
}: Pick<History, 'containers' | 'slots'>): ContainerPlan[] | null {
  const open = new Set(Array.from({ length: slots }, (_, index) => index));
  const wrong: ContainerPlan[] = [];
  for (const container of containers) {
    const { submits, isRejected = false, misses = [] } = container;
    if (submits && !isRejected) for (const slot of [...open]) if (!misses.includes(slot)) open.delete(slot);
    if (open.size === 0) return wrong;
    wrong.push(container);
  }
  return null;
}

/** What holds around the attempts. Times are milliseconds of the history. */
export interface Circumstances {
  /** When the first attempt may start. */
  readonly from: number;
  readonly close: number;
  /** When Numerai does not answer the app. */
  readonly away: readonly Span[];
  /** When nobody can be asked for a submission: Numerai is away, or the key for it cannot be had. */
  readonly unasked: readonly Span[];
  /** When calls to those are not answered at all. */
  readonly hanging: readonly Span[];
  /** When the app next does something by itself. */
  readonly nextTick: (at: number) => number;
}

/** Null where no attempt is left for a container that does its work. */
export function wrongStartsOf(history: History, around: Circumstances): WrongStart[] | null {
  const containers = wrongContainersOf(history);
  if (containers === null) return null;
  const stuck = Array.from({ length: history.stuck?.attempts ?? 0 }, () => stuckStart(around));
  const starts: WrongStart[] = [];
  let counted = 0;
  let fixes = 0;
  // A test that ends well says how long the model takes, and what is kept for late may be later for it.
  const mayLearn = history.triggers.some(({ by }) => by === 'test');
  for (const container of containers) {
    const follows = followsFrom(container);
    if (follows === 'counted') counted += 1;
    if (follows === 'person') fixes += 1;
    // What only a person can fix is tried again once.
    if (counted >= history.maxAttempts || fixes > 1) return null;
    const isLast = counted > 1 && history.maxAttempts - counted === 1;
    const next = nextAfter(container, { ...around, waitMs: waitAfter(counted), isLast, mayLearn });
    starts.push({ how: howOf(container), ms: container.seconds * 1000 + END_MS, next });
  }
  return [...stuck, ...starts];
}

/** From its last words to its end, and a little for the turn. */
const END_MS = 2_000;

const followsFrom = ({ exitCode }: ContainerPlan) =>
  exitCode === 75 ? 'not-ready' : exitCode === 78 ? 'person' : 'counted';

const looksGood = ({ exitCode }: ContainerPlan) => exitCode === 0;

function howOf(container: ContainerPlan): WrongStart['how'] {
  if (container.isRejected) return 'rejected';
  return looksGood(container) ? 'no submission' : 'crash';
}

interface After extends Circumstances {
  /** What the policy has the next attempt wait after so many failures. */
  readonly waitMs: number;
  /** Whether it is kept for late. */
  readonly isLast: boolean;
  /** Whether the app may know by then how long the model takes. */
  readonly mayLearn: boolean;
}

function nextAfter(container: ContainerPlan, around: After): (ends: number) => number {
  const window = {
    closeTime: new Date(around.close),
    openTime: new Date(0),
    name: '',
    isKnown: true,
    isDeadline: true,
  };
  const latest = latestPlanOf({ window, needed: NEEDED });
  const kept = around.mayLearn ? latest : keptMomentOf({ window, needed: NEEDED });
  return (ends) => {
    const seen = around.nextTick(ends);
    const heldUpMs = around.hanging.some(({ from, to }) => from <= seen && seen < to) ? ALLOWED.hangMs : 0;
    const judged = heldUpMs + (looksGood(container) ? judgedAt(container, seen, around) : seen);
    const follows = followsFrom(container);
    if (follows === 'person') return Math.max(judged, kept);
    const waitMs =
      follows === 'counted' ? around.waitMs : backoffMs('notReady', judged - around.from, around.close - judged);
    const waited = judged + waitMs;
    const planned = follows === 'counted' && around.isLast ? Math.max(waited, kept) : waited;
    const due = Math.max(judged, Math.min(planned, latest));
    // It could neither load its data nor submit.
    const back = backAt(around.away, due);
    return back === null ? due : Math.min(back + TICK_MS, Math.max(due, kept));
  };
}

/** When the app is sure that a container which ended well has not submitted. */
function judgedAt({ isRejected = false }: ContainerPlan, seen: number, { unasked, nextTick }: Circumstances): number {
  const judged = isRejected ? seen : nextTick(seen + ALLOWED.missingMs);
  const back = unasked.filter(({ from, to }) => from <= judged && seen < to).map(({ to }) => to);
  if (back.length === 0) return judged;
  return Math.max(judged, ...back) + ALLOWED.fallbackTickMs;
}

function backAt(spans: readonly Span[], at: number): number | null {
  return spans.find(({ from, to }) => from <= at && at < to)?.to ?? null;
}

/** One that gets stuck is given up when Azure itself would. Nothing ran, so it waits as what was refused. */
function stuckStart({ from, close, nextTick }: Circumstances): WrongStart {
  return {
    how: 'crash',
    ms: START_PATIENCE_MS,
    next: (ends) => {
      const seen = nextTick(ends) + TICK_MS;
      return seen + backoffMs('refused', seen - from, close - seen) + TICK_MS;
    },
  };
}
