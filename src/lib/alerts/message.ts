// An alert in words: what happened, what it means and where to look. The formats only dress it.

import type { Alert, ProblemKind, RunFacts } from './alert.ts';

export interface Message {
  /** The event's key: receivers that get a message twice can tell. */
  readonly id: string;
  readonly kind: Alert['kind'];
  readonly severity: 'problem' | 'warning' | 'normal';
  readonly at: Date;
  /** One line. */
  readonly title: string;
  /** A few sentences; may hold words from outside. */
  readonly text: string;
  readonly facts: readonly Fact[];
  readonly links: readonly Link[];
  readonly model: string | null;
  readonly round: number | null;
  readonly runId: string | null;
}

export interface Fact {
  readonly name: string;
  readonly value: string;
}

export interface Link {
  readonly title: string;
  readonly url: string;
}

export interface MessageContext {
  readonly id: string;
  readonly raisedAt: Date;
  readonly now: Date;
  /** Base of the links; undefined where nobody has told it, and then there are none. */
  readonly publicUrl: string | undefined;
}

/** The message of an alert; nothing in it is escaped yet. */
export function messageOf(alert: Alert, context: MessageContext): Message {
  const { title, text, severity, facts } = wordsOf(alert, context.now);
  const model = 'model' in alert ? alert.model : null;
  const run = 'run' in alert ? alert.run : null;
  return {
    id: context.id,
    kind: alert.kind,
    severity,
    at: context.raisedAt,
    title,
    text,
    facts,
    links: linksOf(context.publicUrl, model, run),
    model,
    round: 'round' in alert ? alert.round : null,
    runId: run?.id ?? null,
  };
}

type Words = Pick<Message, 'title' | 'text' | 'severity' | 'facts'>;

function wordsOf(alert: Alert, now: Date): Words {
  switch (alert.kind) {
    case 'run-failed': {
      const { model, round, run } = alert;
      return {
        severity: 'problem',
        title: `${model}: the run${round === null ? '' : ` for ${nameOf(round)}`} ${STATES[run.state]}`,
        text: `${sentence(run.reason ?? 'No reason is known.')} No other attempt follows by itself: fix the cause, then start the model again from the dashboard.`,
        facts: [...roundFacts(model, round), ...factsOf(run)],
      };
    }
    case 'round-closing': {
      const { model, round, run, closeTime } = alert;
      const minutes = Math.max(0, Math.round((Date.parse(closeTime) - now.getTime()) / 60_000));
      return {
        severity: 'problem',
        title: `${model}: no submission, and ${nameOf(round)} closes in ${minutes} min`,
        text: `${stateOfAffairs(run)} Start the model from the dashboard, or submit by hand.`,
        facts: [
          ...roundFacts(model, round),
          { name: round === null ? 'Closes (documented hours)' : 'Closes', value: utc(closeTime) },
          ...factsOf(run),
        ],
      };
    }
    case 'round-missed': {
      const { model, round, run, closeTime } = alert;
      return {
        severity: 'problem',
        title: `${model}: ${nameOf(round)} was missed`,
        text: `The round closed without a submission that counts. ${stateOfAffairs(run)} Nothing can be done for this round; fix the cause before the next one opens.`,
        facts: [
          ...roundFacts(model, round),
          { name: 'Closed', value: utc(closeTime) },
          ...factsOf(run),
        ],
      };
    }
    case 'watcher-late':
      return late('watcher', alert.lastTickAt, 'Runs are not moved on and not retried meanwhile.');
    case 'fallback-late':
      return late(
        'fallback',
        alert.lastTickAt,
        'A round that no webhook asks for is not started meanwhile.',
      );
    case 'secret-expiring': {
      const { secret, expiresOn } = alert;
      const over = Date.parse(expiresOn) <= now.getTime();
      return {
        severity: 'warning',
        title: `The secret ${secret} ${over ? 'has expired' : 'expires within a week'}`,
        text: 'Set a new version of it in the vault. The app reads it within five minutes; nothing has to be restarted.',
        facts: [
          { name: 'Secret', value: secret },
          { name: over ? 'Expired' : 'Expires', value: utc(expiresOn) },
        ],
      };
    }
    case 'back-to-normal':
      return {
        severity: 'normal',
        title: `${whoIs(alert.subject)}: back to normal`,
        text: `${whyNormal(alert.subject, alert.round)} Over with it: ${alert.problems.map((kind) => PROBLEMS[kind]).join(', ')}.`,
        facts: alert.model === null ? [] : roundFacts(alert.model, alert.round),
      };
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
} as const satisfies Record<RunFacts['state'], string>;

const PROBLEMS = {
  'run-failed': 'a run that failed',
  'round-closing': 'a round about to close',
  'round-missed': 'a missed round',
  'watcher-late': 'a watcher that did not run',
  'fallback-late': 'a fallback that did not run',
  'secret-expiring': 'a secret about to expire',
} as const satisfies Record<ProblemKind, string>;

function late(timer: string, lastTickAt: string, meaning: string): Words {
  return {
    severity: 'problem',
    title: `The ${timer} has not run since ${utc(lastTickAt)}`,
    text: `${meaning} Look at the function ${timer} of the app: is it disabled, or does it fail?`,
    facts: [{ name: 'Last ran', value: utc(lastTickAt) }],
  };
}

function stateOfAffairs(run: RunFacts | null): string {
  if (run === null) return 'No run has been started for it.';
  const said = run.reason === null ? '' : ` ${sentence(run.reason)}`;
  const what = run.attempt === 0 ? 'The run' : `Attempt ${run.attempt}`;
  return `${what} ${STATES[run.state]}.${said}`;
}

function whoIs(subject: string): string {
  const [kind = '', name = ''] = subject.split(':');
  if (kind === 'timer') return `The ${name}`;
  return kind === 'secret' ? `The secret ${name}` : name;
}

function whyNormal(subject: string, round: number | null): string {
  if (subject.startsWith('timer:')) return 'It runs again.';
  if (subject.startsWith('secret:')) return 'It is valid for more than a week again.';
  return round === null ? 'A run has succeeded.' : `The submission for round ${round} is in.`;
}

const nameOf = (round: number | null): string =>
  round === null ? "today's round" : `round ${round}`;

function roundFacts(model: string, round: number | null): Fact[] {
  const of = { name: 'Model', value: model };
  return round === null ? [of] : [of, { name: 'Round', value: String(round) }];
}

function factsOf(run: RunFacts | null): Fact[] {
  if (run === null) return [];
  return [
    ...(run.attempt === 0 ? [] : [{ name: 'Attempt', value: String(run.attempt) }]),
    { name: 'Run', value: run.id },
  ];
}

/** For people, to the minute. */
function utc(time: string): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** Pages of the dashboard, never with a key: whoever follows a link brings his own. */
function linksOf(base: string | undefined, model: string | null, run: RunFacts | null): Link[] {
  if (base === undefined) return [];
  const dashboard = `${base}/api/dashboard`;
  const links = [{ title: 'Dashboard', url: dashboard }];
  if (model === null) return links;
  const page = `${dashboard}/${encodeURIComponent(model)}`;
  return run === null
    ? [...links, { title: 'Model', url: page }]
    : [...links, { title: 'Run and log', url: `${page}/${encodeURIComponent(run.id)}` }];
}
