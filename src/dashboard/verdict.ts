// The first line of the dashboard: is all well, and if not, how bad is it and how long is there left?

import { lastClosed } from '../lib/operations/model-health.ts';
import type { Status } from '../lib/operations/status.ts';
import { type Round, timeLeftMs } from '../lib/rounds/round.ts';
import type { ModelView } from './condition.ts';
import { longSpan, plural, sentence, utc } from './format.ts';
import { all, breakdown, everyOne, portion, type Tally, tallyOf } from './tally.ts';
import { type Tone, worst } from './tones.ts';
import { type Warning, warningsOf } from './warnings.ts';

export interface Verdict {
  readonly tone: Tone;
  readonly headline: string;
  /** What else is to be said at the top, the most important first. */
  readonly lines: readonly string[];
  /** Troubles of the app itself. */
  readonly warnings: readonly Warning[];
}

interface Part {
  readonly tone: Tone;
  readonly headline: string;
  readonly lines: readonly string[];
}

/** What is to be said of all of them; `views` are of the same status. */
export function verdictOf(status: Status, views: readonly ModelView[]): Verdict {
  const groups = [...Map.groupBy(views, ({ status: { model } }) => model.tournament).entries()];
  const parts = groups.map(([tournament, members]) => ({
    tournament,
    part: partOf(members, status.at),
  }));
  const [first] = parts;
  const merged: Part =
    parts.length === 1 && first !== undefined
      ? first.part
      : {
          tone: worst(parts.map(({ part }) => part.tone)),
          headline: headlineOfAll(views, status.at),
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

/** Of one tournament: all its models have the same round. */
function partOf(members: readonly ModelView[], now: Date): Part {
  const [some] = members;
  if (some === undefined) return { tone: 'quiet', headline: 'No models', lines: [] };
  const tally = tallyOf(members);
  const tone = worst(members.map((member) => member.tone));
  const { openRound, roundsKnown } = some.status;
  if (openRound !== null) return ofOpenRound(members, tally, openRound, tone, now);
  const past = ofPast(tally, lastClosed(some.status, now), now);
  return { ...past, tone: roundsKnown.kind === 'unknown' ? worst([tone, 'warn']) : tone };
}

function ofOpenRound(
  members: readonly ModelView[],
  tally: Tally,
  round: Round,
  tone: Tone,
  now: Date,
): Part {
  const { total, name, of, submitted, bad } = tally;
  const left = longSpan(timeLeftMs(round, now) / 1000);
  const closes = `It closes in ${left}, at ${utc(round.closeTime, now)}`;
  const isOpen = `Round ${round.number} is open until ${utc(round.closeTime, now)}`;
  if (bad > 0) {
    const who =
      submitted === 0 && total > 1
        ? 'No model has submitted'
        : `${portion(total - submitted, tally, ['has', 'have'])} not submitted`;
    return {
      tone,
      headline: `${who}; the round closes in ${left}`,
      lines: [isOpen, ...breakdown(tally), ...nextAttempt(members, now)],
    };
  }
  if (of.retrying > 0) {
    const who = portion(of.retrying, tally, ['waits', 'wait']);
    return {
      tone,
      headline: `${who} for another attempt; the round closes in ${left}`,
      lines: [isOpen, ...breakdown(tally), ...nextAttempt(members, now)],
    };
  }
  if (submitted === total) return { tone, headline: allDone(tally, round.number), lines: [closes] };
  if (submitted > 0) {
    return {
      tone: worst([tone, 'busy']),
      headline: `${portion(submitted, tally, ['has', 'have'])} submitted round ${round.number}`,
      lines: [...breakdown(tally), closes],
    };
  }
  if (of.running > 0) {
    return {
      tone,
      headline: `${portion(of.running, tally, ['is', 'are'])} running for round ${round.number}`,
      lines: [...(of.expected > 0 ? [`${of.expected} not called yet`] : []), closes],
    };
  }
  return {
    tone,
    headline: `Round ${round.number} is open; ${total === 1 ? `${name} has not` : 'no model has'} run yet`,
    lines: [closes],
  };
}

/** When the first of the attempts that are planned follows. */
function nextAttempt(members: readonly ModelView[], now: Date): string[] {
  const [first] = members
    .flatMap(({ health }) => health.nextAttemptAt ?? [])
    .sort((a, b) => a.getTime() - b.getTime());
  if (first === undefined) return [];
  return [
    first > now ? `The next attempt follows at ${utc(first, now)}` : 'The next attempt is due',
  ];
}

/** No round is open, or nobody knows. */
function ofPast(tally: Tally, round: Round | null, now: Date): Omit<Part, 'tone'> {
  const { total, name, of, bad } = tally;
  const called = nameOfRound(round?.number ?? null);
  const closed = round === null ? [] : [`The round closed at ${utc(round.closeTime, now)}`];
  if (of.new === total) {
    return {
      headline: total === 1 ? `${name} has not run yet` : `No model has run yet`,
      lines: [
        round === null
          ? 'The next round starts the first runs'
          : 'The next round will start the first runs',
      ],
    };
  }
  if (bad > 0) {
    return {
      headline:
        bad === total && total > 1
          ? `No model submitted ${called}`
          : `${portion(bad, tally, ['did', 'did'])} not submit ${called}`,
      lines: [...breakdown(tally), ...closed],
    };
  }
  if (of.late > 0) {
    return {
      headline: `${portion(of.late, tally, ['has', 'have'])} submitted ${called} late`,
      lines: [...breakdown(tally), ...closed],
    };
  }
  const isOpen = round === null ? 'No round is known to be open' : 'No round is open';
  if (of.retrying > 0) {
    return {
      headline: `${portion(of.retrying, tally, ['waits', 'wait'])} for another attempt`,
      lines: [...breakdown(tally), isOpen, ...closed],
    };
  }
  if (of.running > 0) {
    return {
      headline:
        total === 1
          ? `${name} is running`
          : `${plural(of.running, 'model is', 'models are')} running`,
      lines: [isOpen, ...closed],
    };
  }
  const headline =
    of.new === 0
      ? allDone(tally, round?.number ?? null)
      : `${total - of.new} of ${total} models submitted ${called}; ${plural(of.new, 'is', 'are')} new`;
  return { headline, lines: [...closed] };
}

function nameOfRound(round: number | null): string {
  return round === null ? 'the last round' : `round ${round}`;
}

function allDone(tally: Tally, round: number | null): string {
  const { total, of } = tally;
  const called = nameOfRound(round);
  const who = all(tally);
  if (of.late > 0)
    return `${who} submitted ${called}${total === 1 ? ' late' : `, ${of.late} of them late`}`;
  if (of.unconfirmed > 0) {
    return total === 1
      ? `${who} ran for ${called}; Numerai has not confirmed it`
      : `${who} ran for ${called}; ${of.unconfirmed} ${of.unconfirmed === 1 ? 'is' : 'are'} not confirmed by Numerai`;
  }
  if (of.unchecked > 0) return `${who} ran for ${called}`;
  return `${who} submitted ${called} on time`;
}

function headlineOfAll(views: readonly ModelView[], now: Date): string {
  const tally = tallyOf(views);
  const { total, of, submitted, bad } = tally;
  if (bad > 0) {
    const [closing] = views
      .filter(({ tone }) => tone === 'bad')
      .flatMap(({ status }) => (status.openRound === null ? [] : [status.openRound]))
      .sort((a, b) => a.closeTime.getTime() - b.closeTime.getTime());
    const until =
      closing === undefined
        ? ''
        : `; a round closes in ${longSpan(timeLeftMs(closing, now) / 1000)}`;
    return `${bad} of ${total} models ${bad === 1 ? 'has' : 'have'} not submitted${until}`;
  }
  if (of.retrying > 0)
    return `${portion(of.retrying, tally, ['waits', 'wait'])} for another attempt`;
  if (of.new === total) return 'No model has run yet';
  if (submitted < total) return `${submitted} of ${total} models have submitted`;
  return of.late + of.unconfirmed + of.unchecked > 0
    ? `${everyOne(total)} have run`
    : `${everyOne(total)} submitted on time`;
}
