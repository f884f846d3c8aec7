// Times, durations and amounts as people read them.

import { type Html, html } from './html.ts';

export { dollars } from '../lib/util/dollars.ts';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** A moment: in UTC for everybody; the page's script adds the reader's own zone. */
export function moment(time: Date | string, now: Date): Html {
  const at = typeof time === 'string' ? new Date(time) : time;
  if (Number.isNaN(at.getTime())) return html`${String(time)}`;
  return html`<time datetime="${at.toISOString()}">${utc(at, now)}</time>`;
}

/** Within this span a time of day is unambiguous. */
const SAME_DAY_MS = 20 * 3_600_000;
/** Of what is yet to come: `09:56 UTC`, read in the afternoon, looks past. */
const AHEAD_MS = 12 * 3_600_000;

/** `13:05 UTC`, with the day if the time alone is ambiguous, and the year if it is not this year. */
export function utc(at: Date, now: Date): string {
  const iso = at.toISOString();
  const clock = `${iso.slice(11, 16)} UTC`;
  const ahead = at.getTime() - now.getTime();
  if (-SAME_DAY_MS < ahead && ahead < AHEAD_MS) return clock;
  const day = `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
  const year = at.getUTCFullYear() === now.getUTCFullYear() ? '' : ` ${at.getUTCFullYear()}`;
  return `${day}${year}, ${clock}`;
}

/** `at 13:05 UTC`, and `on 27 Nov, 13:05 UTC` where the time alone is ambiguous. */
export function atUtc(at: Date, now: Date): string {
  return `${atOrOn(at, now)} ${utc(at, now)}`;
}

/** The same, to which the page's script adds the reader's own zone. */
export function atMoment(at: Date, now: Date): Html {
  return html`${atOrOn(at, now)} ${moment(at, now)}`;
}

const atOrOn = (at: Date, now: Date): string => (utc(at, now).includes(',') ? 'on' : 'at');

/** How long it is until then, in words; the page's script counts on. Beside the time itself, which is read out. */
export function countdown(time: Date | string, now: Date): Html {
  const until = new Date(time);
  return html`<span class="countdown" data-until="${until.toISOString()}" aria-hidden="true">${inWords(until.getTime() - now.getTime())}</span>`;
}

/** `in 2 min 5 s`; `now` when it has come. */
export function inWords(leftMs: number): string {
  return leftMs < 1000 ? 'now' : `in ${span(leftMs / 1000)}`;
}

/** `45 s`, `23 min`, `1 h 5 min`, `3 days`: two units at most, rounded down. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 600 && whole % 60 !== 0) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return longSpan(whole);
}

/** As {@link span}, in whole minutes at least: for a time to come. */
export function longSpan(seconds: number): string {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days`;
}

/** `1 model`, `2 models`. */
export function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** The first letter in upper case. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
