// How good or bad something is: one word, which becomes a colour, a sign and a place in the order.

export type Tone = 'good' | 'quiet' | 'busy' | 'warn' | 'bad';

const ORDER: readonly Tone[] = ['quiet', 'good', 'busy', 'warn', 'bad'];

/** The worst of some; `quiet` where there is none. */
export function worst(tones: readonly Tone[]): Tone {
  return tones.reduce<Tone>(
    (worse, tone) => (ORDER.indexOf(tone) > ORDER.indexOf(worse) ? tone : worse),
    'quiet',
  );
}

/** The place in the order, the worst highest. */
export function severity(tone: Tone): number {
  return ORDER.indexOf(tone);
}
