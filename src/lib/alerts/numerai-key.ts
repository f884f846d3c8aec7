// A key of Numerai that is of no use: when that is reported, and in which words.

import { utcHour } from '../util/clock.ts';
import type { KeyNews } from '../verification/key-watch.ts';

export interface KeyEvent {
  readonly kind: 'key-refused';
  /** The name of the key's secret. */
  readonly secret: string;
  /** What is wrong, a sentence. */
  readonly why: string;
  readonly since: Date;
}

/** What a message calls an API key of Numerai, by the name of its secret. */
function keySubject(secret: string): string {
  return `The Numerai key in ${secret}`;
}

/** What the message of a key says. */
export function keyContent({ secret, why, since }: KeyEvent) {
  return {
    subject: keySubject(secret),
    // It may be refused once more after it worked again.
    key: `${secret}:${utcHour(since)}`,
    title: `${keySubject(secret)} is of no use`,
    text: `${why} Until that is fixed, the app cannot ask whether submissions have arrived, and containers that use the key cannot submit.`,
    facts: { Secret: secret },
  };
}

/** A key is reported once, until it works again; null where it is on its way already. */
export function decideOnKey(
  { secret, refused }: KeyNews,
  unsettled: readonly { readonly isOpen: boolean; readonly subject: string }[],
  now: Date,
) {
  const subject = keySubject(secret);
  if (refused === null) return { kind: 'back-to-normal', subject, because: 'It works again.', run: null } as const;
  const isKnown = unsettled.some((alert) => alert.isOpen && alert.subject === subject);
  return isKnown ? null : ({ kind: 'key-refused', secret, why: refused, since: now } as const);
}
