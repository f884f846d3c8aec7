// The rounds as Numerai knows them now: a schedule and the changes made to it.

import type { Clock } from '../../../src/lib/util/clock.ts';
import { uuidOf } from './derived.ts';
import { refusals } from './errors.ts';
import { type Round, type Schedule, TOURNAMENTS } from './schedules.ts';

export type RoundStatus = 'UPCOMING' | 'OPEN' | 'RESOLVING' | 'RESOLVED';
type RoundTimes = Partial<Pick<Round, 'openTime' | 'closeStakingTime' | 'closeTime'>>;

const DAY = 24 * 3_600_000;
/** No round that still takes submissions opened longer ago than this. */
const LOOK_BACK_DAYS = 8;
const LISTED_BACK_DAYS = 60;
const LISTED_AHEAD_DAYS = 3;
const SCORE_AFTER_DAYS = 4;
const RESOLVE_AFTER_DAYS = 31;

export class Rounds {
  readonly #schedule: Schedule;
  readonly #clock: Clock;
  /** Rounds that have been changed, added or cancelled (null), by tournament and number. */
  readonly #changes = new Map<string, Round | null>();
  readonly #listeners = new Set<() => void>();

  constructor(schedule: Schedule, clock: Clock) {
    this.#schedule = schedule;
    this.#clock = clock;
  }

  now(): Date {
    return this.#clock.now();
  }

  /** The round that takes submissions, on time or late; null between rounds. */
  current(tournament: number, at = this.#clock.now()): Round | null {
    assertTournament(tournament);
    const from = new Date(at.getTime() - LOOK_BACK_DAYS * DAY);
    const taking = this.between(tournament, from, new Date(at.getTime() + 1)).filter(({ closeTime }) => at < closeTime);
    return taking.at(-1) ?? null;
  }

  /** Like `current`, but refuses between rounds, as Numerai does. */
  open(tournament: number, at?: Date): Round {
    const round = this.current(tournament, at);
    if (round === null) throw refusals.notOpen();
    return round;
  }

  find(tournament: number, number: number): Round | null {
    const changed = this.#changes.get(key(tournament, number));
    return changed === undefined ? (this.#schedule.byNumber(tournament, number) ?? null) : changed;
  }

  /** The rounds that open in [from, to), in order, changes included. */
  between(tournament: number, from: Date, to: Date): Round[] {
    const planned = this.#schedule.between(tournament, from, to);
    if (this.#changes.size === 0) return planned;
    const changed = [...this.#changes.values()].filter(
      (round) => round !== null && round.tournament === tournament && round.openTime >= from && round.openTime < to,
    );
    return [
      ...planned.filter((round) => !this.#changes.has(key(tournament, round.number))),
      ...changed.filter((round) => round !== null),
    ].sort((a, b) => a.openTime.getTime() - b.openTime.getTime());
  }

  /** The rounds of the last two months and the next few days, newest first. */
  recent(tournament: number): Round[] {
    assertTournament(tournament);
    const now = this.#clock.now().getTime();
    const from = new Date(now - LISTED_BACK_DAYS * DAY);
    return this.between(tournament, from, new Date(now + LISTED_AHEAD_DAYS * DAY)).reverse();
  }

  status(round: Round): RoundStatus {
    const now = this.#clock.now();
    if (now < round.openTime) return 'UPCOMING';
    if (now < round.closeTime) return 'OPEN';
    return now < resolveTime(round) ? 'RESOLVING' : 'RESOLVED';
  }

  /** Changes when a round opens or closes. A `closeTime` before the deadline moves with it. */
  change(tournament: number, number: number, times: RoundTimes): Round {
    const round = this.find(tournament, number);
    if (round === null) throw new Error(`No round ${number} of tournament ${tournament}.`);
    const changed = { ...round, ...times };
    const latest = Math.max(changed.closeTime.getTime(), changed.closeStakingTime.getTime());
    return this.#set(tournament, number, { ...changed, closeTime: new Date(latest) });
  }

  /** Adds a round that is not in the schedule. */
  add(round: Omit<Round, 'closeTime'> & { closeTime?: Date }): Round {
    const whole = { ...round, closeTime: round.closeTime ?? round.closeStakingTime };
    return this.#set(round.tournament, round.number, whole);
  }

  /** Removes a round. */
  cancel(tournament: number, number: number): void {
    this.#set(tournament, number, null);
  }

  /** Calls `listener` after every change, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #set<T extends Round | null>(tournament: number, number: number, round: T): T {
    this.#changes.set(key(tournament, number), round);
    for (const listener of this.#listeners) listener();
    return round;
  }
}

export function scoreTime(round: Round): Date {
  return new Date(round.openTime.getTime() + SCORE_AFTER_DAYS * DAY);
}

export function resolveTime(round: Round): Date {
  return new Date(round.openTime.getTime() + RESOLVE_AFTER_DAYS * DAY);
}

/** The day of the data that a round opens with, as 20260504. */
export function dataDatestamp(round: Round): number {
  return Number(round.openTime.toISOString().slice(0, 10).replaceAll('-', ''));
}

/** The id of a round: always the same for the same round. */
export function roundId(round: Round): string {
  return uuidOf(`round ${round.tournament} ${round.number}`);
}

export function assertTournament(tournament: number): void {
  if (!Object.values<number>(TOURNAMENTS).includes(tournament)) throw refusals.tournament();
}

function key(tournament: number, number: number): string {
  return `${tournament}/${number}`;
}
