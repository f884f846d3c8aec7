// When rounds open and close: pure functions of the time.

/** Numerai's tournament numbers. */
export const TOURNAMENTS = { classic: 8, signals: 11, crypto: 12 } as const;

export interface Round {
  readonly tournament: number;
  readonly number: number;
  readonly openTime: Date;
  /** A submission before this is on time. */
  readonly closeStakingTime: Date;
  /** A submission before this is accepted, late. */
  readonly closeTime: Date;
}

export interface Schedule {
  /** The rounds of a tournament whose opening lies in [from, to), in order. */
  between(tournament: number, from: Date, to: Date): Round[];
  byNumber(tournament: number, number: number): Round | undefined;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** One round a day, open from midnight to midnight UTC, so that a round is open at any time. */
export function dailySchedule(): Schedule {
  const firstDay = Date.UTC(2022, 0, 1) / DAY;
  const round = (tournament: number, day: number): Round => ({
    tournament,
    number: day - firstDay,
    openTime: new Date(day * DAY),
    closeStakingTime: new Date((day + 1) * DAY),
    closeTime: new Date((day + 1) * DAY),
  });
  return {
    between: (tournament, from, to) =>
      range(Math.ceil(from.getTime() / DAY), Math.ceil(to.getTime() / DAY)).map((day) => round(tournament, day)),
    byNumber: (tournament, number) => (number > 0 ? round(tournament, firstDay + number) : undefined),
  };
}

export interface NumeraiHours {
  /** UTC hour of the opening, or a function of the day; default 12, as documented in spring 2026. */
  readonly openingHour?: number | ((day: Date) => number);
  /** How long a weekday round is open for on-time submissions; default 1 hour. */
  readonly weekdayHours?: number;
  /** The same for the round that opens on Saturday; default 26 (to Sunday 14:00). */
  readonly weekendHours?: number;
}

/** Round 1100 opened on Tuesday 2025-09-23. There are five rounds a week, Tuesday to Saturday. */
const ANCHOR = { number: 1100, tuesday: Date.UTC(2025, 8, 23) };
const ROUNDS_A_WEEK = 5;
const SATURDAY = 4;
/**
 * Late submissions are accepted until the data of the next round is prepared. Public answers of the API show
 * that a round closes on the day of the next opening; the hour is a guess.
 */
const LATE_ENDS_BEFORE_NEXT_OPENING = HOUR;
/** Here the crypto tournament has its own round numbers, so that mixing up two tournaments shows. */
const CRYPTO_OFFSET = 900;

/** Numerai's own week: an hour from Tuesday to Friday, then Saturday to Sunday, for all three tournaments alike. */
export function numeraiSchedule(hours: NumeraiHours = {}): Schedule {
  const { openingHour = 12, weekdayHours = 1, weekendHours = 26 } = hours;
  const opening = (index: number): number => {
    const week = Math.floor(index / ROUNDS_A_WEEK);
    const day = ANCHOR.tuesday + week * 7 * DAY + (index - week * ROUNDS_A_WEEK) * DAY;
    const hour = typeof openingHour === 'number' ? openingHour : openingHour(new Date(day));
    return day + hour * HOUR;
  };
  const offset = (tournament: number) => (tournament === TOURNAMENTS.crypto ? CRYPTO_OFFSET : 0);
  const round = (tournament: number, index: number): Round => {
    const open = opening(index);
    const isWeekend = ((index % ROUNDS_A_WEEK) + ROUNDS_A_WEEK) % ROUNDS_A_WEEK === SATURDAY;
    return {
      tournament,
      number: ANCHOR.number + index - offset(tournament),
      openTime: new Date(open),
      closeStakingTime: new Date(open + (isWeekend ? weekendHours : weekdayHours) * HOUR),
      closeTime: new Date(opening(index + 1) - LATE_ENDS_BEFORE_NEXT_OPENING),
    };
  };
  return {
    between(tournament, from, to) {
      const week = (moment: Date) => Math.floor((moment.getTime() - ANCHOR.tuesday) / (7 * DAY));
      return range(week(from) * ROUNDS_A_WEEK, (week(to) + 1) * ROUNDS_A_WEEK)
        .map((index) => round(tournament, index))
        .filter(({ openTime }) => openTime >= from && openTime < to);
    },
    byNumber(tournament, number) {
      const index = number + offset(tournament) - ANCHOR.number;
      return number > 0 ? round(tournament, index) : undefined;
    },
  };
}

/** A schedule of exactly these rounds. Without a `closeTime` nothing is accepted late. */
export function listedRounds(rounds: readonly (Omit<Round, 'closeTime'> & { closeTime?: Date })[]): Schedule {
  const all = rounds
    .map((round): Round => ({ ...round, closeTime: round.closeTime ?? round.closeStakingTime }))
    .sort((a, b) => a.openTime.getTime() - b.openTime.getTime());
  return {
    between: (tournament, from, to) =>
      all.filter((round) => round.tournament === tournament && round.openTime >= from && round.openTime < to),
    byNumber: (tournament, number) => all.find((round) => round.tournament === tournament && round.number === number),
  };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}
