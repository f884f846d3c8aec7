// What somebody may have meant who wrote a word that is none of those there are.

const plain = (word: string): string => word.toLowerCase().replace(/[\s_-]/g, '');

/**
 * The word that is nearest to what was written, where one is near: of another case, with other hyphens, with a letter
 * or two that are wrong, missing, too many or in the other order.
 * @param most letters; of a short word it is one.
 */
export function nearest<Word extends string>(written: string, words: readonly Word[], most = 2): Word | null {
  const given = plain(written);
  for (let edits = 0; edits <= (given.length < 5 ? 1 : most) && edits < given.length; edits += 1) {
    const found = words.find((word) => edits < word.length && isWithin(edits, given, plain(word)));
    if (found !== undefined) return found;
  }
  return null;
}

/** Whether one becomes the other when so many letters are replaced, added, taken away, or changed with their neighbour. */
function isWithin(edits: number, a: string, b: string): boolean {
  if (a === b) return true;
  if (edits === 0) return false;
  if (a[0] === b[0]) return isWithin(edits, a.slice(1), b.slice(1));
  const ways = [[1, 1], [1, 0], [0, 1], ...(a[0] === b[1] && a[1] === b[0] ? [[2, 2]] : [])];
  return ways.some(([x, y]) => isWithin(edits - 1, a.slice(x), b.slice(y)));
}
