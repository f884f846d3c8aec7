// What is reported to operators, and in which words: what happened, what it means and where to look. The formats
// only dress it.

import * as z from 'zod/mini';
import { described } from '../config/fields.ts';
import type { Settings } from '../config/settings.ts';
import type { Run } from '../runs/run.ts';
import { utcDay, utcMinute } from '../util/clock.ts';
import { within } from './formats/escape.ts';
import { type KeyEvent, keyContent } from './key.ts';
import { troubleContent } from './trouble.ts';
import { sentence } from './words.ts';

/** The kinds that somebody has to look after; each has its section in docs/runbook.md. */
export const PROBLEM_KINDS = [
  'run-failed',
  'run-in-trouble',
  'round-closing',
  'round-missed',
  'watcher-late',
  'fallback-late',
  'secret-expiring',
  'key-refused',
  'starts-exceeded',
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
      /** Numerai could not be asked whether there is one. */
      readonly isUnchecked?: boolean;
    }
  /** A timer has been silent since its last tick, or, where it never ran, since the app was deployed. */
  | { readonly kind: 'watcher-late' | 'fallback-late'; readonly since: Date; readonly hasRun: boolean }
  | { readonly kind: 'secret-expiring'; readonly secret: string; readonly expiresOn: Date }
  | KeyEvent
  /** As many executions were started on a day as the settings allow. */
  | { readonly kind: 'starts-exceeded'; readonly isTest: boolean; readonly bound: number; readonly day: string }
  /** What was wrong with a subject is over. */
  | {
      readonly kind: 'back-to-normal';
      readonly subject: string;
      readonly because: string;
      readonly run: Run | null;
    };

const TITLE_MAX = 256;
const TEXT_MAX = 4_000;

/**
 * What receivers get, each in its format; those of plain JSON as it is. Members may be added, so a receiver ignores
 * those that it does not know. docs/alert.schema.json is generated from here.
 */
export const messageSchema = z.object({
  version: z.literal(1),
  id: described('Names the event. A message that arrives twice, after a lost answer, has the same.', z.string()),
  kind: z.enum([...PROBLEM_KINDS, 'back-to-normal']),
  severity: z.enum(['problem', 'warning', 'normal']),
  at: described('When the app noticed, ISO 8601 in UTC.', z.string()),
  title: described('One line for a person.', z.string().check(z.maxLength(TITLE_MAX))),
  text: described('A few sentences for a person.', z.string().check(z.maxLength(TEXT_MAX))),
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  links: z.array(z.object({ title: z.string(), url: z.string() })),
  model: z.nullable(z.string()),
  round: z.nullable(z.number()),
  runId: z.nullable(z.string()),
});
export type Message = z.infer<typeof messageSchema>;

/** The validator of what the store holds; times are ISO 8601. */
export const alertSchema = z.object({
  /**
   * Its `id` names the event: one message is sent for each, however often and wherever it is noticed. It holds
   * only what a row key may hold.
   */
  message: messageSchema,
  /** What is unwell, in words: one "back to normal" ends all that was wrong with it. */
  subject: z.string(),
  /** When it is too late to act: until then the title counts the minutes. Null where nothing ends. */
  deadline: z.nullable(z.string()),
  /** Whether a "back to normal" is still to come. */
  isOpen: z.boolean(),
  /** Receivers that have yet to get it, named as the setting ALERT_WEBHOOKS has them. */
  waiting: z.array(z.string()),
  /** How often it was sent to them without success, or is being sent. */
  failures: z.int(),
  /** Not to be sent before. */
  notBefore: z.string(),
});
export type Alert = Readonly<z.infer<typeof alertSchema>>;

/**
 * The alert of an event that is noticed at `now`, before anything is sent.
 * @param ends the alerts that it ends, oldest first.
 */
export function alertOf(
  event: Event,
  now: Date,
  { publicUrl, alertWebhooks }: Pick<Settings, 'publicUrl' | 'alertWebhooks'>,
  ends: readonly Pick<Alert, 'message'>[] = [],
): Alert {
  const { subject, key, title, text, facts } = contentOf(event, now, ends);
  const run = 'run' in event ? event.run : null;
  const { model, round } = 'model' in event ? event : (run ?? { model: null, round: null });
  const values = {
    Model: model,
    Round: round,
    ...facts,
    Attempt: run?.attempt?.number,
    Failure: run?.failure ?? run?.attempt?.failure,
    Run: run?.id,
  };
  return {
    subject,
    deadline: event.kind === 'round-closing' ? event.closeTime.toISOString() : null,
    isOpen: event.kind !== 'back-to-normal',
    waiting: [...new Set(alertWebhooks.map(({ name }) => name))],
    failures: 0,
    notBefore: now.toISOString(),
    message: {
      version: 1,
      id: `${event.kind}:${key}`,
      kind: event.kind,
      severity: SEVERITIES[event.kind] ?? 'problem',
      at: now.toISOString(),
      title: within(title, TITLE_MAX),
      text: within(text, TEXT_MAX),
      facts: Object.entries(values).flatMap(([name, value]) =>
        value === null || value === undefined ? [] : [{ name, value: String(value) }],
      ),
      links: linksOf(publicUrl, model, run),
      model,
      round,
      runId: run?.id ?? null,
    },
  };
}

/** The message as it is sent at `now`: a title that counts the minutes must not be as old as the alert. */
export function messageAt({ message, deadline }: Alert, now: Date): Message {
  if (deadline === null) return message;
  const minutes = Math.max(0, Math.round((Date.parse(deadline) - now.getTime()) / 60_000));
  return { ...message, title: `${message.title} in ${minutes} min` };
}

const SEVERITIES: Partial<Record<Message['kind'], Message['severity']>> = {
  'secret-expiring': 'warning',
  'run-in-trouble': 'warning',
  'back-to-normal': 'normal',
};

interface Content {
  readonly subject: string;
  /** Makes the event unique among those of its kind. */
  readonly key: string;
  readonly title: string;
  /** May hold words from outside. */
  readonly text: string;
  readonly facts?: Readonly<Record<string, string>>;
}

function contentOf(event: Event, now: Date, ends: readonly Pick<Alert, 'message'>[]): Content {
  switch (event.kind) {
    case 'run-failed': {
      const { id, model, round, state, reason, attempt } = event.run;
      return {
        subject: model,
        key: `${id}:${attempt?.number ?? 0}`,
        title: `${model}: the run${round === null ? '' : ` for round ${round}`} ${STATES[state]}`,
        text: `${sentence(reason ?? 'No reason is known.')} No other attempt follows by itself. Fix the cause; if the round is still open, start the model again from the dashboard.`,
      };
    }
    case 'run-in-trouble':
      return troubleContent(event.run, now);
    case 'round-closing': {
      const { model, round, run, closeTime } = event;
      return {
        subject: model,
        key: `${model}:${round ?? utcDay(closeTime)}`,
        title: `${model}: no submission, and ${round === null ? "today's round" : `round ${round}`} closes`,
        text: `${stateOfAffairs(run)} Start the model from the dashboard, or submit by hand.`,
        facts: { [round === null ? 'Closes (documented hours)' : 'Closes']: utcMinute(closeTime) },
      };
    }
    case 'round-missed': {
      const { model, round, run, closeTime, isUnchecked = false } = event;
      return {
        subject: model,
        key: `${model}:${round}`,
        title: `${model}: ${isUnchecked ? `nobody knows whether round ${round} has a submission` : `round ${round} was missed`}`,
        text: `${isUnchecked ? 'The round closed, and Numerai could not be asked since whether it has a submission.' : 'The round closed without a submission that counts.'} ${stateOfAffairs(run)} Nothing can be done for this round; fix the cause before the next one opens.`,
        facts: { Closed: utcMinute(closeTime) },
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
        text: `${TIMERS[timer]} Look at the function ${timer} of the app: is it disabled, or does it fail? If neither timer runs, restart the app, then deploy it again.`,
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
        text: `${setting} keeps callers from running up costs. ${isTest ? 'Rounds are not affected.' : 'Runs wait until the day ends, so rounds may be missed.'} Look at the dashboard who asked for so many. If that was meant, raise ${setting}; else change the key in the webhooks.`,
        facts: { Day: day, Bound: String(bound) },
      };
    }
    case 'key-refused':
      return keyContent(event);
    case 'back-to-normal': {
      const { subject, because } = event;
      const problems = ends.map(({ message }) => PROBLEMS[message.kind]);
      return {
        subject,
        key: ends.at(-1)?.message.id ?? '',
        title: `${subject}: back to normal`,
        text: `${because} Resolved: ${[...new Set(problems)].join(', ')}.`,
      };
    }
  }
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
  'watcher-late': 'a watcher that did not run',
  'fallback-late': 'a fallback that did not run',
  'secret-expiring': 'a secret about to expire',
  'key-refused': 'a key that was of no use',
  'starts-exceeded': 'a day with too many starts',
  // Never open, and so never over.
  'back-to-normal': '',
} as const satisfies Record<Message['kind'], string>;

function stateOfAffairs(run: Run | null): string {
  if (run === null) return 'No run has been started for it.';
  const what = run.attempt === null ? 'The run' : `Attempt ${run.attempt.number}`;
  const reason = run.reason === null ? '' : ` ${sentence(run.reason)}`;
  return `${what} ${STATES[run.state]}.${reason}`;
}

/** Pages of the dashboard, never with a key: who follows a link has one. */
function linksOf(base: string | undefined, model: string | null, run: Run | null): Message['links'] {
  if (base === undefined) return [];
  const dashboard = `${base}/api/dashboard`;
  const page = `${dashboard}/${encodeURIComponent(model ?? '')}`;
  return [
    { title: 'Dashboard', url: dashboard },
    ...(model === null
      ? []
      : [
          run === null
            ? { title: 'Model', url: page }
            : { title: 'Run and log', url: `${page}/${encodeURIComponent(run.id)}` },
        ]),
  ];
}
