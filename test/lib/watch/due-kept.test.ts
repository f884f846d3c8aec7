// What is kept stays for its day, where it is the newest of its model and still asked for.

import { expect, test } from 'vitest';
import type { Kept } from '../../../src/lib/runs/stores.ts';
import { dueKept } from '../../../src/lib/watch/due-kept.ts';
import { PLAIN_MODELS } from '../../support/runs.ts';

const { image } = PLAIN_MODELS;
const MODELS = [{ ...image, name: 'model', container: { ...image.container, keepFailed: true } }];

test('due is what is over, what a newer one replaces, and what nobody asks for', () => {
  const now = new Date('2026-04-02T12:00:00Z');
  const later = new Date('2026-04-02T13:00:00Z');
  const kept = (model: string, runId: string, attempt: number, until = later): Kept => ({
    ...{ model, runId, attempt, until },
    execution: null,
    look: '',
  });
  const all = [kept('model', '01B', 1), kept('model', '01B', 2), kept('model', '01A', 9), kept('gone', '01A', 1)];
  expect(dueKept(all, MODELS, now)).toEqual([all[0], all[2], all[3]]);
  expect(dueKept([kept('model', '01B', 2, now)], MODELS, now)).toHaveLength(1);
  // By a clock that was wrong.
  expect(dueKept([kept('model', '01B', 2, new Date('2026-05-02T12:00:00Z'))], MODELS, now)).toHaveLength(1);
});
