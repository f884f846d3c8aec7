// How does a round that somebody names stand, while Numerai cannot be asked? By what Numerai listed last and the
// documented hours: what cannot exist by these is not believed, since anybody with the webhook's key may name a number. And
// the text in which the last list is kept.

import type { Tournament } from '../config/models.ts';
import { TIMING } from '../runs/timing.ts';
import { documentedOpenings, nextDocumentedOpening } from './documented-hours.ts';
import type { Round } from './round.ts';
import { hasOpened, type Standing, standingOf } from './standing.ts';

/** Two rounds open a day apart at least: within this after an opening there is no other. */
const APART_MS = 12 * 3_600_000;

/**
 * How the round of this number stands at `now`, as far as an old list tells.
 * @param last the list; empty: nobody knows, and every number is as good as another.
 */
export function standingByLastKnown(number: number, last: readonly Round[], now: Date): Standing {
  const newest = newestOf(last);
  if (newest === null) return { kind: 'unknown' };
  const listed = standingOf(number, last, now);
  if (number > newest.number) {
    // One that is listed has yet to open.
    if (!hasOpened(newest, now)) return { kind: 'later', number, openTime: null };
    return afterAllListed(number, newest, now);
  }
  const newestOpened = newestOf(last.filter((round) => hasOpened(round, now)))?.number ?? 0;
  // The newest that has opened may have been moved or extended since; one that the list lacks may follow it.
  if (number === newestOpened || (listed.kind === 'unknown' && number > newestOpened)) return { kind: 'open' };
  return listed.kind === 'unknown' ? { kind: 'closed' } : listed;
}

/** As many rounds can have opened since as the documented hours had openings. */
function afterAllListed(number: number, newest: Round, now: Date): Standing {
  const soon = new Date(now.getTime() + TIMING.clockSkewMs);
  const since = new Date(newest.openTime.getTime() + APART_MS);
  const ahead = number - newest.number - documentedOpenings(since, soon);
  if (ahead <= 0) return { kind: 'open' };
  return { kind: ahead === 1 ? 'next' : 'later', number, openTime: nextDocumentedOpening(soon) };
}

function newestOf(rounds: readonly Round[]): Round | null {
  return rounds.reduce<Round | null>(
    (best, round) => (best === null || round.number > best.number ? round : best),
    null,
  );
}

/** What Numerai listed, and when. */
export interface RoundList {
  readonly rounds: readonly Round[];
  readonly at: Date;
}

/** So many are kept, the newest ones: one that is open or was, and some that are to open. */
const KEPT = 4;

/** A list as a short text, which begins with its time. */
export function listToText({ rounds, at }: RoundList): string {
  const newest = [...rounds]
    .sort((a, b) => b.number - a.number)
    .slice(0, KEPT)
    .map(({ number, openTime, closeTime }) => `${number} ${openTime.toISOString()} ${closeTime.toISOString()}`);
  return [at.toISOString(), ...newest].join(',');
}

/** Reads such a text; what cannot be read is left out. Null where nothing is left. */
export function listFromText(tournament: Tournament, text: string): RoundList | null {
  const [time, ...parts] = text.split(',');
  const at = timeOf(time);
  const rounds = parts.flatMap((part): Round[] => {
    const [number, openTime, closeTime] = part.split(' ');
    const round = { tournament, number: Number(number), openTime: timeOf(openTime), closeTime: timeOf(closeTime) };
    const isRead =
      Number.isInteger(round.number) && !Number.isNaN(round.openTime.getTime() + round.closeTime.getTime());
    return isRead ? [round] : [];
  });
  return rounds.length === 0 || Number.isNaN(at.getTime()) ? null : { rounds, at };
}

const timeOf = (text: string | undefined): Date => new Date(text ?? '');

/** Where in the note of the fallback's tick the last list of a tournament is. */
const listKey = (tournament: Tournament): string => `${tournament}.rounds`;

/** Writes a list into the note of the fallback's tick. */
export function noteList(note: URLSearchParams, tournament: Tournament, list: RoundList): void {
  note.set(listKey(tournament), listToText(list));
}

/**
 * The newest list there is.
 * @param own the last one of this process, where it has one.
 * @param note of the fallback's tick.
 */
export function newestList(tournament: Tournament, own: RoundList | null, note: string): RoundList | null {
  const noted = listFromText(tournament, new URLSearchParams(note).get(listKey(tournament)) ?? '');
  return own === null || (noted !== null && noted.at > own.at) ? noted : own;
}
