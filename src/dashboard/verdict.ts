// The first line of the dashboard: is all well, and if not, how bad is it and how long is there left?

import { type Condition, lastClosed } from '../lib/operations/model-health.ts';
import type { Status } from '../lib/operations/status.ts';
import { type Round, timeLeftMs } from '../lib/rounds/round.ts';
import { CONDITIONS, type ModelView } from './condition.ts';
import { atMoment, list, longSpan, moment, sentence, utc } from './format.ts';
import { type Html, html } from './html.ts';
import { type Tone, worst } from './tones.ts';
import { type Warning, warningsOf } from './warnings.ts';

export interface Verdict {
  readonly tone: Tone;
  readonly headline: string;
  /** The part of it that says when the round closes, as a sentence of its own; null where that matters no more. */
  readonly closing: string | null;
  /** What else is to be said at the top, the most important first. */
  readonly lines: readonly Html[];
  /** Troubles of the app itself. */
  readonly warnings: readonly Warning[];
}

/** What is to be said of all of them; `views` are of the same status. */
export function verdictOf(status: Status, views: readonly ModelView[]): Verdict {
  const { at } = status;
  const warnings = warningsOf(status);
  const { text, closing } = headlineOf(views, at);
  const tournaments = [...Map.groupBy(views, (view) => view.status.model.tournament)];
  return {
    tone: worst([...views, ...warnings].map(({ tone }) => tone)),
    headline: closing === null ? text : `${text}; ${closing}`,
    closing: closing && `${sentence(closing)}.`,
    lines:
      tournaments.length === 1
        ? linesOf(views, at)
        : tournaments.map(([tournament, members]) => {
            const { text, closing } = clausesOf(members);
            const [round, ...lines] = linesOf(members, at);
            // Both how long it is until then, and when that is.
            const until =
              closing &&
              html`; ${closesIn(closing, at)}, ${atMoment(closing.closeTime, at)}${asOf(closing.roundsAsOf, at)}`;
            return html`${sentence(tournament)}: ${text}${until}.${[...(until === null ? [round] : []), ...lines].map((line) => html` ${line}`)}`;
          }),
    warnings,
  };
}

/** Without a submission, and none comes by itself; and: one may still come by itself. */
const UNSUBMITTED: readonly Condition[] = ['failed', 'missed', 'overdue'];
const PARTIAL: readonly Condition[] = ['partial'];
const PENDING: readonly Condition[] = ['stuck', 'retrying', 'unseen', 'running', 'expected'];

/**
 * The first headline holds whose conditions any model is in. It is said of how many models are in them, or in
 * those that are counted with them; `a/b` is a for one model, b for several.
 */
const HEADLINES: readonly {
  readonly where: readonly Condition[];
  readonly with?: readonly Condition[];
  readonly text: string;
}[] = [
  { where: UNSUBMITTED, with: PENDING, text: 'has/have not submitted' },
  { where: PARTIAL, text: 'has/have submitted only in part' },
  { where: ['stuck'], text: 'waits/wait for you' },
  { where: ['retrying'], text: 'waits/wait for another attempt' },
  { where: ['unseen'], text: 'is/are out of sight' },
  { where: ['running'], text: 'is/are running for ROUND' },
  { where: ['expected'], text: 'waits/wait for the call for ROUND' },
  { where: ['late'], text: 'submitted ROUND late' },
  { where: ['unconfirmed'], text: 'ran for ROUND, not confirmed by Numerai' },
  { where: ['unchecked'], with: ['submitted'], text: 'ran for ROUND' },
  { where: ['submitted'], text: 'submitted ROUND on time' },
  { where: ['paused'], text: 'is/are paused' },
  { where: ['new'], text: 'has/have not run yet' },
];

/** `2 of 12 models have not submitted`, and `the round closes in 24 min`. */
function headlineOf(views: readonly ModelView[], now: Date) {
  const { text, closing } = clausesOf(views);
  return { text, closing: closing && `${closesIn(closing, now)}${asOf(closing.roundsAsOf, now)}` };
}

interface Closing extends Pick<Round, 'closeTime'> {
  readonly roundsAsOf: Date | null;
  /** Whether it is the round of all of them. */
  readonly isOne: boolean;
}

/** How many stand how, and the first round to close of those that need it; null where none does. */
function clausesOf(views: readonly ModelView[]): { readonly text: string; readonly closing: Closing | null } {
  const found = HEADLINES.find(({ where }) => views.some(isIn(where)));
  if (found === undefined) return { text: 'There are no models', closing: null };
  const count = views.filter(isIn([...found.where, ...(found.with ?? [])])).length;
  // Rounds of two tournaments may have the same number, and close at different times.
  const rounds = new Set(views.map(({ health, status }) => `${health.round} ${status.openRound?.closeTime.getTime()}`));
  const round = views[0]?.health.round ?? null;
  const isOne = rounds.size === 1 && round !== null;
  const text = found.text
    .replace(/(\w+)\/(\w+)/, count === 1 ? '$1' : '$2')
    .replace('ROUND', isOne ? `round ${round}` : 'the last round');
  const [closing = null] = views
    .filter(isIn([...UNSUBMITTED, ...PARTIAL, ...PENDING]))
    .flatMap(({ status: { openRound, roundsAsOf } }) => (openRound === null ? [] : { ...openRound, roundsAsOf, isOne }))
    .sort((a, b) => a.closeTime.getTime() - b.closeTime.getTime());
  return { text: clause(count, views, text), closing };
}

/** `the round closes in 24 min`. */
function closesIn({ closeTime, isOne }: Closing, now: Date): string {
  return `${isOne ? 'the' : 'a'} round closes in ${longSpan(timeLeftMs({ closeTime }, now) / 1000)}`;
}

const isIn =
  (conditions: readonly Condition[]) =>
  ({ health }: ModelView): boolean =>
    conditions.includes(health.condition);

/** `2 of 12 models …`, `All 12 models …`; a single model by its name. */
function clause(count: number, views: readonly ModelView[], text: string): string {
  const total = views.length;
  if (total === 1) return `${views[0]?.status.model.name} ${text}`;
  if (count < total) return `${count} of ${total} models ${text}`;
  // "All have not" leaves open whether some have.
  if (text.startsWith('have not')) return text.replace('have not', 'No model has');
  return `${total === 2 ? 'Both' : `All ${total}`} models ${text}`;
}

/** `, as of 12:41 UTC`, where Numerai cannot be asked now. */
export function asOf(time: Date | null, now: Date): string {
  return time === null ? '' : `, as of ${utc(time, now)}`;
}

/** When the round closes or closed; how many models stand how, and when the first next attempt follows, where there are several. */
function linesOf(views: readonly ModelView[], now: Date): Html[] {
  const [round] = views.flatMap(({ status }) => {
    const found = status.openRound ?? lastClosed(status, now);
    return found === null ? [] : { ...found, roundsAsOf: status.roundsAsOf };
  });
  const counts = Object.entries(CONDITIONS).flatMap(([condition, [, words]]) => {
    const count = views.filter(({ health }) => health.condition === condition).length;
    return count === 0 ? [] : [`${count} ${words}`];
  });
  const [next] = views.flatMap(({ health }) => health.nextAttemptAt ?? []).sort((a, b) => a.getTime() - b.getTime());
  return [
    round !== undefined && roundLine(round, now),
    counts.length > 1 && html`${list(counts)}.`,
    views.length > 1 &&
      next !== undefined &&
      (next > now ? html`The next attempt follows ${atMoment(next, now)}.` : html`The next attempt is due.`),
  ].filter((line) => line !== false);
}

/** `Round 100 is open until 13:00 UTC.` */
function roundLine(
  { number, closeTime, roundsAsOf }: Pick<Round, 'number' | 'closeTime'> & { readonly roundsAsOf: Date | null },
  now: Date,
): Html {
  const when =
    closeTime > now && roundsAsOf === null
      ? html`is open until ${moment(closeTime, now)}`
      : html`${closeTime > now ? 'closes' : 'closed'} ${atMoment(closeTime, now)}`;
  return html`Round ${number} ${when}${asOf(roundsAsOf, now)}.`;
}
