// The summary of a model or a job: what an overview shows of its newest runs that have ended. Runs in flight are not in it:
// the in-flight index names those. The newest runs are kept as they are, older ones only as far as a cell, a bar and a sum
// need them, so that a summary stays small however many slots, attempts and words a run has.

import type { Attempt } from './attempt.ts';
import { hasEnded } from './run.ts';
import { type Slot, submittedAt } from './slots.ts';
import type { RunRecord, Summary } from './stores.ts';

/** Enough for 20 rounds and some tests. */
export const RUNS_READ = 30;
/** Of the attempts before the current one, the newest. */
const EARLIER_SHOWN = 20;
/** Of a sentence about what is over, in UTF-16 units. */
const SENTENCE_SHOWN = 400;
/** The rounds whose runs are shown as they are: the open one, and the one before it. */
const ROUNDS_WHOLE = 2;

/** The summary that the newest runs of a model come to. */
export function summaryOf({ records, unreadable }: Summary): Summary {
  return { records: shown(records.filter(({ run }) => hasEnded(run))), unreadable };
}

/**
 * What an overview shows: the summary, and the runs in flight.
 * @param inFlight as the in-flight index names them: one may have ended just now. They win over what the summary says of the
 * same run.
 */
export function withInFlight({ records, unreadable }: Summary, inFlight: readonly RunRecord[]): Summary {
  const ids = new Set(inFlight.map(({ run }) => run.id));
  const all = [...inFlight, ...records.filter(({ run }) => !ids.has(run.id))];
  return { records: shown(all.sort((a, b) => (a.run.id < b.run.id ? 1 : -1))), unreadable };
}

/** @param records newest first. */
function shown(records: readonly RunRecord[]): RunRecord[] {
  const newest = records.slice(0, RUNS_READ);
  const kept = wholeOnes(newest);
  return newest.map((record) => (kept.has(record) || !hasEnded(record.run) ? whole(record) : outlined(record)));
}

/** Those of which everything is shown: the newest, and those of the last rounds. */
function wholeOnes(records: readonly RunRecord[]): ReadonlySet<RunRecord> {
  const ofRounds = [...Map.groupBy(records, ({ run }) => run.tournament).values()].flatMap((its) => {
    const rounds = new Set(its.map(({ run }) => (run.isTest ? null : run.round)).filter((round) => round !== null));
    const last = new Set([...rounds].sort((a, b) => b - a).slice(0, ROUNDS_WHOLE));
    return its.filter(({ run }) => !run.isTest && run.round !== null && last.has(run.round));
  });
  return new Set([...records.slice(0, 1), ...ofRounds]);
}

/** All that any page or answer about many models shows of a run. */
function whole({ run, earlier }: RunRecord): RunRecord {
  return {
    run: { ...run, triggerIds: [], startNote: null, claim: '', attempt: run.attempt && shownAttempt(run.attempt) },
    earlier: earlier
      .slice(-EARLIER_SHOWN)
      .map((attempt) => ({ ...shownAttempt(attempt), reason: cut(attempt.reason) })),
  };
}

function shownAttempt(attempt: Attempt): Attempt {
  return { ...attempt, prepared: null, configurationMark: null };
}

/** What the cell of a round, the bar of a duration and a sum need. */
function outlined({ run }: RunRecord): RunRecord {
  const { attempt } = run;
  const last = submittedAt(run);
  const slots = run.slots.map(({ submission }) => slotOf(submission, last));
  return {
    run: {
      ...whole({ run, earlier: [] }).run,
      triggerId: null,
      countedFailures: 0,
      reason: cut(run.reason),
      waitingFor: null,
      slots,
      attempt: attempt && {
        ...shownAttempt(attempt),
        requestedAt: run.requestedAt,
        platform: '',
        refusals: 0,
        previousFailure: null,
        execution: null,
        location: null,
        exitCode: null,
        reason: null,
        stop: null,
        acceptedAt: null,
        endSeenAt: null,
        logKept: false,
        isDiscarded: false,
        cpu: null,
        memoryGB: null,
        slots: attempt.slots?.slice(0, 1) ?? null,
      },
    },
    earlier: [],
  };
}

const cut = (sentence: string | null): string | null => sentence?.slice(0, SENTENCE_SHOWN) ?? null;

const slotOf = (submission: Slot['submission'], at: string | null): Slot => ({
  model: '',
  id: null,
  submission,
  submittedAt: at,
});
