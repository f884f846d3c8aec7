// Questions that are asked at about the same time go together.

import { expect, test } from 'vitest';
import { createBatch } from '../../../src/lib/verification/batch.ts';

/** A batch whose questions are answered when the test says so. */
function batchOfTest() {
  const asked: (readonly string[])[] = [];
  const answer: (() => void)[] = [];
  const ask = createBatch<string>(
    (keys) =>
      new Promise((resolve) => {
        asked.push(keys);
        answer.push(() => resolve(new Map(keys.map((key) => [key, `${key}!`]))));
      }),
  );
  return { asked, answer, ask };
}
const soon = () => new Promise((resolve) => setImmediate(resolve));
/** What has been asked for by now is on its way after this. */
async function turn(): Promise<void> {
  await soon();
  await soon();
}

test('those of one turn of the event loop go together, each thing once', async () => {
  const { asked, answer, ask } = batchOfTest();
  const answers = Promise.all(['a', 'b', 'a'].map(ask));
  await turn();
  expect(asked).toEqual([['a', 'b']]);
  answer[0]?.();
  expect(await answers).toEqual(['a!', 'b!', 'a!']);
});

test('those that come while others are under way go together after them', async () => {
  const { asked, answer, ask } = batchOfTest();
  const first = ask('a');
  await turn();
  const later: Promise<string>[] = [];
  for (const key of ['b', 'c', 'd']) {
    later.push(ask(key));
    await turn();
  }
  expect(asked).toEqual([['a']]);
  answer[0]?.();
  expect(await first).toBe('a!');
  await turn();
  expect(asked).toEqual([['a'], ['b', 'c', 'd']]);
  answer[1]?.();
  expect(await Promise.all(later)).toEqual(['b!', 'c!', 'd!']);
});

test('one that fails fails for who asked, and for nobody after', async () => {
  let isDown = true;
  const ask = createBatch<string>(async (keys) => {
    if (isDown) throw new Error('It is down.');
    return new Map(keys.map((key) => [key, key]));
  });
  await expect(Promise.all([ask('a'), ask('b')])).rejects.toThrow('It is down.');
  isDown = false;
  expect(await ask('a')).toBe('a');
});
