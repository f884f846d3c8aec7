// The JSON of a run, where no test through the front door shows it.

import { expect, test } from 'vitest';
import { runJson } from '../../src/functions/http/run-json.ts';
import { acceptedRun } from '../support/runs.ts';

test('says which attempt was that of the last resort', () => {
  const { attempt: ordinary } = acceptedRun('image');
  const run = acceptedRun('image', {}, { number: 2, lastResort: true });
  const { attempts } = runJson({ run, earlier: [ordinary] }, 'https://app.example', []);
  expect(attempts.map(({ number, lastResort }) => [number, lastResort])).toEqual([
    [1, false],
    [2, true],
  ]);
});
