// What somebody may have meant who wrote a word that is none of those there are.

const plain = (word: string): string => word.toLowerCase().replace(/[\s_-]/g, '');

/**
 * The word that is nearest to what was written, where one is near: of another case, with other hyphens, with a letter
 * or two that are wrong, missing, too many or in the other order.
 * @param most letters; of a short word it is one.
 */
export function nearest<Word extends string>(written: string, words: readonly Word[], most = 2): Word | null {
  const given = plain(written);
  const bound = given.length < 5 ? 1 : most;
  const [best] = words
    .map((word) => ({ word, away: distance(given, plain(word)) }))
    .filter(({ word, away }) => away <= bound && away < Math.min(given.length, word.length))
    .toSorted((a, b) => a.away - b.away);
  return best?.word ?? null;
}

/** So many letters are replaced, added, taken away, or changed with their neighbour: optimal string alignment. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return Number.POSITIVE_INFINITY;
  let [before, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let row = 1; row <= a.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      next[column] = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, last] = [last, next];
  }
  return last[b.length] ?? 0;
}
