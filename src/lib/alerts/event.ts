// What is noticed, and in which words it is said: what to do, which is never cut, then what happened and what it means.

import { isJob } from '../config/models.ts';
import { hasEnded, type Run, toBeFixed } from '../runs/run.ts';
import { missingSlots, shortfall } from '../runs/slots.ts';
import { utcDay, utcMinute } from '../util/clock.ts';
import { type ReceiverEvent, receiverContent } from './gone-receiver.ts';
import { type KeyEvent, keyContent } from './numerai-key.ts';
import { type RoundSummaryEvent, summaryContent } from './round-summary.ts';
import { troubleContent, whatKeeps } from './trouble.ts';
import { sentence } from './words.ts';

/** The kinds that somebody has to look after; each has its section in docs/runbook.md. */
export const PROBLEM_KINDS = [
  'run-failed',
  'run-in-trouble',
  'round-closing',
  'round-missed',
  'job-late',
  'watcher-late',
  'fallback-late',
  'secret-expiring',
  'key-refused',
  'starts-exceeded',
  'receiver-gone',
] as const;

/** The subject of what is said of the number of starts. */
export const STARTS = 'The number of starts';

/** What is noticed. Round null: nobody knows it, and where it closes, by the documented hours. */
export type Event =
  /** A run ended badly, and no attempt follows by itself. */
  | { readonly kind: 'run-failed'; readonly run: Run }
  /** A run goes on, and somebody should know what keeps it while there is time to act. */
  | { readonly kind: 'run-in-trouble'; readonly run: Run }
  /** A round is about to close, or has closed, without a good submission. */
  | {
      readonly kind: 'round-closing' | 'round-missed';
      readonly model: string;
      readonly round: number | null;
      readonly closeTime: Date;
      readonly run: Run | null;
      /** When Numerai last said when it closes, where it cannot be asked now. */
      readonly asOf?: Date | null;
      /** Numerai could not be asked whether there is one. */
      readonly isUnchecked?: boolean;
    }
  /** Nothing was started at scheduled times of a job: it is started late, for all of them. */
  | {
      readonly kind: 'job-late';
      readonly job: string;
      readonly time: Date;
      readonly first: Date;
      readonly what: string;
    }
  /** A timer has been silent since its last tick, or, where it never ran, since the app was deployed. */
  | { readonly kind: 'watcher-late' | 'fallback-late'; readonly since: Date; readonly hasRun: boolean }
  | { readonly kind: 'secret-expiring'; readonly secret: string; readonly expiresOn: Date }
  | KeyEvent
  | ReceiverEvent
  | RoundSummaryEvent
  /** As many executions were started on a day as the settings allow. */
  | { readonly kind: 'starts-exceeded'; readonly isTest: boolean; readonly bound: number; readonly day: string }
  /** What was wrong with a subject is over. */
  | {
      readonly kind: 'back-to-normal';
      readonly subject: string;
      readonly because: string;
      readonly run: Run | null;
    };

/** What an event comes to in words. */
export interface Content {
  readonly subject: string;
  /** Makes the event unique among those of its kind. */
  readonly key: string;
  readonly title: string;
  /** May hold words from outside. */
  readonly text: string;
  readonly facts?: Readonly<Record<string, string>>;
}

/** The words of an event. @param ends the messages of what it ends, oldest first. */
export function contentOf(
  event: Event,
  now: Date,
  ends: readonly { readonly id: string; readonly kind: Event['kind'] }[],
): Content {
  switch (event.kind) {
    case 'run-failed': {
      const { run } = event;
      const what = `the run${run.round === null ? '' : ` for round ${run.round}`} ${STATES[run.state]}`;
      return {
        subject: run.model,
        key: `${run.id}:${run.attempt?.number ?? 0}`,
        title: `${run.model}: ${run.submission === 'partial' ? `${lacking(run)}, and ` : ''}${what}`,
        text: `${isJob(run) ? `Fix the cause, then start the job again from the dashboard${run.scheduledFor === null ? '' : ', or leave it to its next time'}.` : 'Fix the cause; while the round is open, press Retry on the dashboard, or submit by hand.'} No other attempt follows by itself. ${sentence(run.reason ?? 'No reason is known.')}${which(run)}`,
      };
    }
    case 'run-in-trouble':
      return troubleContent(event.run, now);
    case 'round-closing': {
      const { model, round, run, closeTime, asOf = null } = event;
      const isAsked = round !== null && asOf === null;
      return {
        subject: model,
        key: `${model}:${round ?? utcDay(closeTime)}`,
        title: `${model}: ${lacking(run, isAsked)}, and ${round === null ? "today's round" : `round ${round}`} closes`,
        text: `${adviceBeforeClose(run)} ${isAsked ? '' : 'Numerai cannot be asked whether it has a submission. '}${run?.state === 'waiting' ? whatKeeps(run, now) : stateOfAffairs(run)}`,
        facts: {
          [round === null ? 'Closes (documented hours)' : 'Closes']:
            `${utcMinute(closeTime)}${asOf === null ? '' : `, as of ${utcMinute(asOf)}`}`,
        },
      };
    }
    case 'round-missed': {
      const { model, round, run, closeTime, isUnchecked = false } = event;
      return {
        subject: model,
        key: `${model}:${round}`,
        title: `${model}: ${missedTitle(run, round, isUnchecked)}`,
        text: `Nothing can be done for this round; fix the cause before the next one opens. ${closedWithout(run, isUnchecked)} ${stateOfAffairs(run)}`,
        facts: { Closed: utcMinute(closeTime) },
      };
    }
    case 'job-late': {
      const { job, first, what } = event;
      return {
        subject: job,
        key: `${job}:${first.toISOString()}`,
        title: `${job}: nothing was started at ${utcMinute(first)}`,
        text: `It has been started now. If the app was meant to run, look at its log, and at the alerts of that time. ${what}`,
        facts: { Scheduled: utcMinute(first) },
      };
    }
    case 'watcher-late':
    case 'fallback-late': {
      const timer = event.kind === 'watcher-late' ? 'watcher' : 'fallback';
      const { since, hasRun } = event;
      return {
        subject: `The ${timer}`,
        key: since.toISOString(),
        title: `The ${timer} has not run since ${hasRun ? '' : 'the app was deployed, '}${utcMinute(since)}`,
        text: `Look at the function ${timer} of the app: is it disabled, or does it fail? If neither timer runs, restart the app, then deploy it again. ${TIMERS[timer]}`,
        facts: { [hasRun ? 'Last ran' : 'Deployed']: utcMinute(since) },
      };
    }
    case 'secret-expiring': {
      const { secret, expiresOn } = event;
      const over = expiresOn <= now;
      return {
        subject: `The secret ${secret}`,
        key: `${secret}:${expiresOn.toISOString()}`,
        title: `The secret ${secret} ${over ? 'has expired' : 'expires within a week'}`,
        text: 'Set a new version of it in the vault. The app reads it within five minutes; nothing has to be restarted.',
        facts: { Secret: secret, [over ? 'Expired' : 'Expires']: utcMinute(expiresOn) },
      };
    }
    case 'starts-exceeded': {
      const { isTest, bound, day } = event;
      const setting = isTest ? 'MAX_TEST_STARTS_PER_DAY' : 'MAX_STARTS_PER_DAY';
      return {
        subject: STARTS,
        key: `${day}:${isTest ? 'tests' : 'rounds'}`,
        title: `No more ${isTest ? 'tests' : 'containers'} are started today: ${bound} were`,
        text: `If that was meant, raise ${setting} in the app's settings; else make a new key and register the webhooks again. The dashboard shows who asked for so many. ${isTest ? 'Rounds are not affected.' : 'Runs wait until the day ends, so rounds may be missed.'} ${setting} keeps callers from running up costs.`,
        facts: { Day: day, Bound: String(bound) },
      };
    }
    case 'key-refused':
      return keyContent(event);
    case 'receiver-gone':
      return receiverContent(event);
    case 'round-summary':
      return summaryContent(event);
    case 'back-to-normal': {
      const { subject, because } = event;
      const problems = ends.map(({ kind }) => PROBLEMS[kind]);
      return {
        subject,
        key: ends.at(-1)?.id ?? '',
        title: `${subject}: back to normal`,
        text: `${because} Resolved: ${[...new Set(problems)].join(', ')}.`,
      };
    }
  }
}

/** Whether the run may have submitted all, for all that is known. */
function isUnproven(run: Run): boolean {
  return run.state === 'succeeded' && missingSlots(run).every(({ submission }) => submission === 'unknown');
}

/** Which models at Numerai lack their submission, where the reason does not say so itself. */
function which(run: Run): string {
  const short = run.submission === 'partial' ? shortfall(run) : null;
  return short === null || / of \d+ models of /.test(run.reason ?? '') ? '' : ` ${short}.`;
}

/** What there is too little of: `3 of 10 models are missing`. @param isAsked whether Numerai can be asked. */
function lacking(run: Run | null, isAsked = true): string {
  if (run !== null && run.submission !== 'partial' && isUnproven(run)) return 'the submission is not confirmed';
  if (run?.submission !== 'partial') return isAsked ? 'no submission' : 'no submission known';
  const { length } = missingSlots(run);
  const [is, are] = isUnproven(run) ? ['is not confirmed', 'are not confirmed'] : ['is missing', 'are missing'];
  return `${length} of ${run.slots.length} models ${length === 1 ? is : are}`;
}

function closedWithout(run: Run | null, isUnchecked: boolean): string {
  const isPart = run?.submission === 'partial';
  if (isUnchecked)
    return `The round has closed, and Numerai could not be asked whether it has ${isPart ? 'the others' : 'a submission'}.`;
  return isPart
    ? 'The round closed, and not every model has a submission that counts.'
    : 'The round closed without a submission that counts.';
}

function missedTitle(run: Run | null, round: number | null, isUnchecked: boolean): string {
  if (run?.submission !== 'partial')
    return isUnchecked ? `nobody knows whether round ${round} has a submission` : `round ${round} was missed`;
  return isUnchecked
    ? `nobody knows whether all ${run.slots.length} models have a submission in round ${round}`
    : `${lacking(run)} in round ${round}`;
}

const STATES = {
  requested: 'has not started',
  starting: 'is starting',
  running: 'is running',
  waiting: 'is waiting for its next attempt',
  succeeded: 'brought no submission that counts',
  failed: 'failed',
  timed_out: 'timed out',
  cancelled: 'was cancelled',
} as const satisfies Record<Run['state'], string>;

const TIMERS = {
  watcher: 'Meanwhile runs are moved on and retried only when somebody calls the app.',
  fallback: 'Meanwhile a round that no webhook asks for is started only when somebody calls the app.',
} as const;

const PROBLEMS = {
  'run-failed': 'a run that failed',
  'run-in-trouble': 'a run in trouble',
  'round-closing': 'a round about to close',
  'round-missed': 'a missed round',
  'job-late': 'a job that was late',
  'watcher-late': 'a watcher that did not run',
  'fallback-late': 'a fallback that did not run',
  'secret-expiring': 'a secret about to expire',
  'key-refused': 'a key that was of no use',
  'starts-exceeded': 'a day with too many starts',
  'receiver-gone': 'a receiver that wanted no more alerts',
  // Never open, and so never over.
  'round-summary': '',
  'back-to-normal': '',
} as const satisfies Record<Event['kind'], string>;

function stateOfAffairs(run: Run | null): string {
  if (run === null) return 'No run has been started for it.';
  // The attempt may have been good for all that it was told.
  const isOfRun = run.attempt === null || (run.state === 'failed' && run.attempt.outcome === 'succeeded');
  const what = isOfRun ? 'The run' : `Attempt ${run.attempt?.number}`;
  const reason = run.reason === null ? '' : ` ${sentence(run.reason)}`;
  const isPart = run.state === 'succeeded' && run.submission === 'partial';
  const state = isUnproven(run) ? 'ended well' : isPart ? 'brought only some of the submissions' : STATES[run.state];
  return `${what} ${state}.${reason}${which(run)}`;
}

/** What can be done while the round is open: the dashboard offers a start only where nothing is in flight, or it waits. */
function adviceBeforeClose(run: Run | null): string {
  if (run !== null && isUnproven(run))
    return 'Look at numer.ai whether it is there; if not, start the model again from the dashboard, or submit by hand.';
  if (run === null || hasEnded(run)) return 'Start the model from the dashboard, or submit by hand.';
  if (run.state !== 'waiting' || run.lastResortNext)
    return 'If it cannot end in time, submit by hand, or cancel the run and start the model again.';
  if (run.attempt?.failure === 'starts-exceeded')
    return 'Raise the setting, then press Try now on the dashboard, or submit by hand.';
  const yours = toBeFixed(run);
  return yours === null
    ? 'Press Try now on the dashboard, or submit by hand.'
    : `Only you can fix this (runbook: ${yours}): fix it, then press Try now on the dashboard, or submit by hand.`;
}
