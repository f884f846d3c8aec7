// The first line of the dashboard: is all well, and if not, how bad is it and how long is there left?

import type { ModelStatus, Status, TimerStatus } from '../lib/operations/status.ts';
import { type Round, timeLeftMs } from '../lib/rounds/round.ts';
import { list, longSpan, plural, sentence, utc } from './format.ts';
import { lastClosed, type Stand, type Standing, standOf } from './standing.ts';
import { type Tone, worst } from './tones.ts';

export interface ModelStand {
  readonly status: ModelStatus;
  readonly stand: Stand;
}

export interface Verdict {
  readonly tone: Tone;
  readonly headline: string;
  /** What else is to be said at the top, the most important first. */
  readonly lines: readonly string[];
  /** Troubles of the app itself. */
  readonly warnings: readonly Warning[];
}

export interface Warning {
  readonly tone: Tone;
  readonly title: string;
  readonly text: string;
}

interface Part {
  readonly tone: Tone;
  readonly headline: string;
  readonly lines: readonly string[];
}

/** Every model with where it stands. */
export function standsOf(status: Status, fallbackGraceMinutes: number): ModelStand[] {
  return status.models.map((model) => ({
    status: model,
    stand: standOf(model, status.at, fallbackGraceMinutes),
  }));
}

/** What is to be said of all of them; `stands` are of the same status. */
export function verdictOf(status: Status, stands: readonly ModelStand[]): Verdict {
  const groups = [...Map.groupBy(stands, ({ status: { model } }) => model.tournament).entries()];
  const parts = groups.map(([tournament, members]) => ({
    tournament,
    members,
    part: partOf(members, status.at),
  }));
  const [first] = parts;
  const merged: Part =
    parts.length === 1 && first !== undefined
      ? first.part
      : {
          tone: worst(parts.map(({ part }) => part.tone)),
          headline: headlineOfAll(stands, status.at),
          lines: parts.map(
            ({ tournament, part }) =>
              `${sentence(tournament)}: ${[part.headline, ...part.lines].join('. ')}.`,
          ),
        };
  const warnings = warningsOf(status);
  return {
    headline: merged.headline,
    lines: parts.length === 1 ? merged.lines.map((line) => `${line}.`) : merged.lines,
    tone: worst([merged.tone, ...warnings.map(({ tone }) => tone)]),
    warnings,
  };
}

type Counts = Readonly<Record<Standing, number>>;

function count(stands: readonly ModelStand[]): Counts {
  const counts: Record<Standing, number> = {
    done: 0,
    unconfirmed: 0,
    late: 0,
    running: 0,
    waiting: 0,
    overdue: 0,
    failed: 0,
    missed: 0,
    new: 0,
  };
  for (const { stand } of stands) counts[stand.standing] += 1;
  return counts;
}

/** Of one tournament: all its models have the same round. */
function partOf(members: readonly ModelStand[], now: Date): Part {
  const [some] = members;
  if (some === undefined) return { tone: 'quiet', headline: 'No models', lines: [] };
  const counts = count(members);
  const tone = worst(members.map(({ stand }) => stand.tone));
  const { openRound, roundsKnown } = some.status;
  if (openRound !== null) return ofOpenRound(members, counts, openRound, tone, now);
  if (roundsKnown.kind === 'unknown') {
    const { headline, lines } = ofPast(members, counts, null, now);
    return { tone: worst([tone, 'warn']), headline, lines };
  }
  const closed = lastClosed(some.status, now);
  return { tone, ...ofPast(members, counts, closed, now) };
}

function ofOpenRound(
  members: readonly ModelStand[],
  counts: Counts,
  round: Round,
  tone: Tone,
  now: Date,
): Part {
  const total = members.length;
  const left = longSpan(timeLeftMs(round, now) / 1000);
  const submitted = counts.done + counts.unconfirmed + counts.late;
  const closes = `It closes in ${left}, at ${utc(round.closeTime, now)}`;
  const bad = counts.failed + counts.overdue + counts.missed;
  if (bad > 0) {
    return {
      tone,
      headline: `${
        submitted === 0 && total > 1
          ? 'No model has submitted'
          : `${portion(total - submitted, members)} not submitted`
      }; the round closes in ${left}`,
      lines: [`Round ${round.number} is open until ${utc(round.closeTime, now)}`, ...under(counts)],
    };
  }
  if (submitted === total)
    return { tone, headline: allDone(members, counts, round.number), lines: [closes] };
  if (submitted > 0) {
    return {
      tone: worst([tone, 'busy']),
      headline: `${portion(submitted, members)} submitted round ${round.number}`,
      lines: [...under(counts), closes],
    };
  }
  if (counts.running > 0) {
    return {
      tone,
      headline:
        total === 1
          ? `${nameOf(members)} is running for round ${round.number}`
          : `${counts.running === total ? everyOne(total) : `${counts.running} of ${total} models`} are running for round ${round.number}`,
      lines: [...(counts.waiting > 0 ? [`${counts.waiting} not called yet`] : []), closes],
    };
  }
  return {
    tone,
    headline: `Round ${round.number} is open; ${total === 1 ? nameOf(members) : 'no model'} has ${total === 1 ? 'not ' : ''}run yet`,
    lines: [closes],
  };
}

/** No round is open, or nobody knows. */
function ofPast(
  members: readonly ModelStand[],
  counts: Counts,
  round: Round | null,
  now: Date,
): Omit<Part, 'tone'> {
  const total = members.length;
  const name = round === null ? 'the last round' : `round ${round.number}`;
  const closed = round === null ? [] : [`The round closed at ${utc(round.closeTime, now)}`];
  if (counts.new === total) {
    return {
      headline: total === 1 ? `${nameOf(members)} has not run yet` : `No model has run yet`,
      lines: [
        round === null
          ? 'The next round starts the first runs'
          : 'The next round will start the first runs',
      ],
    };
  }
  const bad = counts.failed + counts.overdue + counts.missed;
  if (bad > 0 || counts.late > 0) {
    return {
      headline:
        bad > 0
          ? bad === total && total > 1
            ? `No model submitted ${name}`
            : `${portion(bad, members, 'did')} not submit ${name}`
          : `${portion(counts.late, members)} submitted ${name} late`,
      lines: [...under(counts), ...closed],
    };
  }
  if (counts.running > 0) {
    return {
      headline:
        total === 1
          ? `${nameOf(members)} is running`
          : `${plural(counts.running, 'model is', 'models are')} running`,
      lines: [round === null ? 'No round is known to be open' : 'No round is open', ...closed],
    };
  }
  const ran = total - counts.new;
  const headline =
    counts.new === 0
      ? allDone(members, counts, round?.number ?? null)
      : `${ran} of ${total} models submitted ${name}; ${plural(counts.new, 'is', 'are')} new`;
  return { headline, lines: [...closed] };
}

function allDone(members: readonly ModelStand[], counts: Counts, round: number | null): string {
  const total = members.length;
  const name = round === null ? 'the last round' : `round ${round}`;
  const who = total === 1 ? nameOf(members) : everyOne(total);
  const unconfirmed = members.filter(
    ({ stand }) => stand.standing === 'unconfirmed' && stand.tone === 'warn',
  ).length;
  if (counts.late > 0)
    return `${who} submitted ${name}${total === 1 ? ' late' : `, ${counts.late} of them late`}`;
  if (unconfirmed > 0) {
    return total === 1
      ? `${who} ran for ${name}; Numerai has not confirmed it`
      : `${who} ran for ${name}; ${unconfirmed} ${unconfirmed === 1 ? 'is' : 'are'} not confirmed by Numerai`;
  }
  if (counts.unconfirmed > 0) return `${who} ran for ${name}`;
  return `${who} submitted ${name} on time`;
}

function headlineOfAll(stands: readonly ModelStand[], now: Date): string {
  const counts = count(stands);
  const total = stands.length;
  const submitted = counts.done + counts.unconfirmed + counts.late;
  const bad = counts.failed + counts.overdue + counts.missed;
  if (bad > 0) {
    const closing = stands
      .filter(({ stand }) => stand.tone === 'bad')
      .flatMap(({ status }) => (status.openRound === null ? [] : [status.openRound]))
      .sort((a, b) => a.closeTime.getTime() - b.closeTime.getTime())[0];
    const until =
      closing === undefined
        ? ''
        : `; a round closes in ${longSpan(timeLeftMs(closing, now) / 1000)}`;
    return `${bad} of ${total} models ${bad === 1 ? 'has' : 'have'} not submitted${until}`;
  }
  if (counts.new === total) return 'No model has run yet';
  if (submitted < total) return `${submitted} of ${total} models have submitted`;
  return counts.late + counts.unconfirmed > 0
    ? `${everyOne(total)} have run`
    : `${everyOne(total)} submitted on time`;
}

/** What the others are doing. */
function under(counts: Counts): string[] {
  const parts = [
    counts.failed > 0 ? `${counts.failed} failed` : '',
    counts.missed > 0 ? `${counts.missed} missed` : '',
    counts.overdue > 0 ? `${counts.overdue} not started` : '',
    counts.late > 0 ? `${counts.late} late` : '',
    counts.running > 0 ? `${counts.running} running` : '',
    counts.waiting > 0 ? `${counts.waiting} waiting for the call` : '',
    counts.done > 0 ? `${counts.done} submitted` : '',
    counts.unconfirmed > 0 ? `${counts.unconfirmed} not confirmed` : '',
    counts.new > 0 ? `${counts.new} new` : '',
  ].filter((part) => part !== '');
  return parts.length < 2 ? [] : [list(parts)];
}

/** `2 of 12 models have`; with a single model its name. */
function portion(some: number, members: readonly ModelStand[], verb?: 'did'): string {
  const total = members.length;
  if (total === 1) return `${nameOf(members)} ${verb ?? 'has'}`;
  const who = some === total ? everyOne(total) : `${some} of ${total} models`;
  return `${who} ${verb ?? (some === 1 ? 'has' : 'have')}`;
}

function everyOne(total: number): string {
  return total === 2 ? 'Both models' : `All ${total} models`;
}

function nameOf(members: readonly ModelStand[]): string {
  return members[0]?.status.model.name ?? '';
}

function warningsOf(status: Status): Warning[] {
  const { watcher, fallback } = status.timers;
  const unknown = status.models.find(({ roundsKnown }) => roundsKnown.kind === 'unknown');
  return [
    ...timerWarning(
      'watcher',
      watcher,
      'Runs do not move on: nothing is stopped, retried or proven until it runs again.',
      status.at,
    ),
    ...timerWarning(
      'fallback',
      fallback,
      'A round that Numerai does not call for is not started by itself.',
      status.at,
    ),
    ...(unknown?.roundsKnown.kind === 'unknown'
      ? [
          {
            tone: 'warn' as const,
            title: 'Numerai cannot be asked which round is open',
            text: `What is shown is the last round on record. ${unknown.roundsKnown.why}`,
          },
        ]
      : []),
  ];
}

function timerWarning(name: string, timer: TimerStatus, effect: string, now: Date): Warning[] {
  if (timer.recent) return [];
  const title =
    timer.lastTickAt === null
      ? `The ${name} has not run yet`
      : `The ${name} has not run for ${longSpan((now.getTime() - timer.lastTickAt.getTime()) / 1000)}`;
  // Right after a deployment neither timer has run; later it is a trouble.
  return [{ tone: timer.lastTickAt === null ? 'warn' : 'bad', title, text: effect }];
}
