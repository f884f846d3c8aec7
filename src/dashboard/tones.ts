// How good or bad something is: one word, which becomes a colour, a sign and a place in the order.

/** From the best to the worst. */
const TONES = ['quiet', 'good', 'busy', 'warn', 'bad'] as const;
export type Tone = (typeof TONES)[number];

/** The worst of some; `quiet` if there is none. */
export function worst(tones: readonly Tone[]): Tone {
  return TONES.findLast((tone) => tones.includes(tone)) ?? 'quiet';
}
