// The end of the newest run's log, on the page of its model.

import { expect, test } from 'vitest';
import { logCard } from '../../../src/dashboard/parts/runs.ts';
import { one, run } from '../status.ts';

test.each([
  ['a log', { text: 'a line' }, true],
  ['no log', { text: '', none: 'There is no log: the start was refused.' }, false],
])('%s: whether there is more of it to see', (_, log, isMore) => {
  expect(logCard(log, run(one, 100)).text.includes('The whole log')).toBe(isMore);
});
