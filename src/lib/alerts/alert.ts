// What is reported to operators: the message of an event, and what the store holds of it. The formats only dress it.

import * as z from 'zod/mini';
import { described } from '../config/fields.ts';
import type { Settings } from '../config/settings.ts';
import type { Run } from '../runs/run.ts';
import { plainLines, withoutFrames } from '../util/quote.ts';
import type { Redact } from '../util/redaction.ts';
import { contentOf, type Event, PROBLEM_KINDS } from './event.ts';
import { within } from './formats/escape.ts';
import { isAllGood } from './round-summary.ts';

const TITLE_MAX = 256;
const TEXT_MAX = 4_000;
/** Of the last lines of a log; the formats show all of it. */
const LOG_MAX = 900;
const LOG_LINES = 10;

/** What receivers get, each in its format. */
export const messageSchema = z.object({
  id: described('Names the event. A message that arrives twice, after a lost answer, has the same.', z.string()),
  kind: z.enum([...PROBLEM_KINDS, 'round-summary', 'back-to-normal']),
  severity: z.enum(['problem', 'warning', 'normal']),
  at: described('When the app noticed, ISO 8601 in UTC.', z.string()),
  title: described('One line for a person.', z.string().check(z.maxLength(TITLE_MAX))),
  text: described('A few sentences for a person.', z.string().check(z.maxLength(TEXT_MAX))),
  log: described(
    "The last lines of the container's log, where they say something.",
    z.nullable(z.string().check(z.maxLength(LOG_MAX))),
  ),
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
  /** The attempt whose log says more: read when the message is sent, since it may not be kept before. */
  logOf: z.catch(z.nullable(z.int()), null),
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

type AlertSettings = Pick<Settings, 'publicUrl' | 'alertWebhooks'> & Partial<Pick<Settings, 'dashboardLinks'>>;

/**
 * The alert of an event that is noticed at `now`, before anything is sent.
 * @param ends the alerts that it ends, oldest first.
 */
export function alertOf(
  event: Event,
  now: Date,
  { publicUrl, alertWebhooks, dashboardLinks = [] }: AlertSettings,
  ends: readonly Pick<Alert, 'message'>[] = [],
): Alert {
  const { subject, key, title, text, facts } = contentOf(
    event,
    now,
    ends.map(({ message }) => message),
  );
  const run = 'run' in event ? event.run : null;
  const { model, round } = placeOf(event);
  // What is over, and how a round went, need nobody.
  const section = PROBLEM_KINDS.find((kind) => kind === event.kind);
  const values = {
    Model: model,
    Round: round,
    ...facts,
    Attempt: run?.attempt?.number,
    Failure: run?.failure ?? run?.attempt?.failure,
    Run: run?.id,
    Runbook: section && `docs/runbook.md#${section}`,
  };
  return {
    subject,
    deadline: event.kind === 'round-closing' ? event.closeTime.toISOString() : null,
    isOpen: event.kind !== 'back-to-normal' && event.kind !== 'round-summary',
    logOf: event.kind === 'back-to-normal' ? null : attemptToShow(run),
    waiting: [...new Set(alertWebhooks.map(({ name }) => name))],
    failures: 0,
    notBefore: now.toISOString(),
    message: {
      // A full stop would end it in what Standard Webhooks sign.
      id: `${event.kind}:${key}`.replaceAll('.', '-'),
      kind: event.kind,
      severity: severityOf(event),
      at: now.toISOString(),
      title: within(title, TITLE_MAX),
      text: within(text, TEXT_MAX),
      log: null,
      facts: Object.entries(values).flatMap(([name, value]) =>
        value === null || value === undefined ? [] : [{ name, value: String(value) }],
      ),
      links: [...linksOf(publicUrl, model, run), ...runbookAt(dashboardLinks, section)],
      model,
      round,
      runId: run?.id ?? null,
    },
  };
}

/** The number of the attempt in whose log the cause may stand: one that ran, and has brought nothing that is good. */
function attemptToShow(run: Run | null): number | null {
  const attempt = run?.attempt ?? null;
  return run === null || attempt === null || attempt.acceptedAt === null || run.state === 'succeeded'
    ? null
    : attempt.number;
}

/** The end of a log as a message shows it: lines that say something, the last of them whole. Null where there are none. */
export function endOfLog(log: string): string | null {
  const lines = withoutFrames(plainLines(log)).slice(-LOG_LINES);
  while (lines.length > 1 && lines.join('\n').length > LOG_MAX) lines.shift();
  return lines.length === 0 ? null : within(lines.join('\n'), LOG_MAX);
}

/** The model or job, and the round, that it is about. */
function placeOf(event: Event): { readonly model: string | null; readonly round: number | null } {
  if ('model' in event) return event;
  if ('job' in event) return { model: event.job, round: null };
  const run = 'run' in event ? event.run : null;
  return run ?? { model: null, round: null };
}

/** The message as it is sent at `now`: a title that counts the minutes must not be as old as the alert. */
export function messageAt({ message, deadline }: Alert, now: Date): Message {
  if (deadline === null) return message;
  const minutes = Math.max(0, Math.round((Date.parse(deadline) - now.getTime()) / 60_000));
  return { ...message, title: `${message.title} in ${minutes} min` };
}

function severityOf(event: Event): Message['severity'] {
  if (event.kind === 'round-summary') return isAllGood(event) ? 'normal' : 'warning';
  return SEVERITIES[event.kind] ?? 'problem';
}

const SEVERITIES: Partial<Record<Message['kind'], Message['severity']>> = {
  'secret-expiring': 'warning',
  'job-late': 'warning',
  'run-in-trouble': 'warning',
  'back-to-normal': 'normal',
};

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

/** The section in the runbook that DASHBOARD_LINKS names, where it names one: the app does not know where its files are. */
function runbookAt(links: Settings['dashboardLinks'], section: string | undefined): Message['links'] {
  const runbook = links.find(({ text }) => text.toLowerCase() === 'runbook');
  if (runbook === undefined || section === undefined) return [];
  return [{ title: 'Runbook', url: `${runbook.href.replace(/#.*$/, '')}#${section}` }];
}

/** Before anything is escaped or cut: half a secret would not be found. */
export function withoutSecrets(message: Message, redact: Redact): Message {
  return {
    ...message,
    title: within(redact(message.title), TITLE_MAX),
    text: within(redact(message.text), TEXT_MAX),
    log: message.log && within(redact(message.log), LOG_MAX),
    facts: message.facts.map(({ name, value }) => ({ name, value: redact(value) })),
  };
}
