// The cells of the strip: a round each, whether or not it has a run.

import { describe, expect, test } from 'vitest';
import { pastRun } from '../../../local/scenes/past-run.ts';
import { cellsOf } from '../../../src/dashboard/parts/round-strip.ts';
import { modelOf } from '../../support/runs.ts';

const model = modelOf('image');

describe('the cells of the last rounds', () => {
  const NOW = { round: null, condition: 'new' } as const;
  const of = (round: number, failedBefore = 0) =>
    pastRun({ model, round, at: new Date('2026-11-20T12:00:00Z'), failedBefore });

  test('are none without a round', () => {
    expect(cellsOf([], NOW)).toEqual([]);
    expect(cellsOf([{ ...of(100), round: null }], NOW)).toEqual([]);
  });

  test('go from the oldest to the newest, with a cell for a round without a run', () => {
    expect(
      cellsOf([of(103), of(101, 1)], NOW).map(({ round, letter, attempts }) => `${round} ${letter} ${attempts}`),
    ).toEqual(['101 S 2', '102 – 0', '103 S 1']);
  });

  test.each([
    ['missed', '100 S / 101 – / 102 M'],
    ['overdue', '100 S / 101 – / 102 –'],
  ] as const)('go up to the round of now, though nothing has run for it: %s', (condition, said) => {
    const cells = cellsOf([of(100)], { round: 102, condition });
    expect(cells.map(({ round, letter }) => `${round} ${letter}`).join(' / ')).toBe(said);
  });

  test('are twenty at most', () => {
    const cells = cellsOf([of(150), of(120)], NOW);
    expect([cells[0]?.round, cells.at(-1)?.round, cells.length]).toEqual([131, 150, 20]);
  });
});
