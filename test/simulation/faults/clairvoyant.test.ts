// What the clairvoyant of the seasons says of histories, as a table: a round of an hour, a webhook after five seconds, and a
// container that works for a minute and a half.

import { expect, test } from 'vitest';
import type { Verdict } from '../seasons/oracle.ts';
import { verdictOn } from './clairvoyant.ts';
import { FAILS } from './enumerated-hardships.ts';
import { GOOD, type History, plainHistory } from './history.ts';
import type { CallFate } from './plan.ts';

const MINUTE = 60_000;
const down = (of: History['disturbances'][number]['of'], from: number, to: number): Partial<History> => ({
  disturbances: [{ from: from * MINUTE, to: to * MINUTE, of, fate: { do: 'refuse' }, probability: 1 }],
});
const diedAt = (minute: number): CallFate => ({
  call: { index: 7, dependency: 'tables', method: 'GET', path: '/' },
  fate: { do: 'kill-after' },
  at: minute * MINUTE,
  isAlone: true,
});
const alone: Partial<History> = { locations: ['westeurope'] };
const creates = { of: 'create', location: 'westeurope', from: 0, within: 'an hour' } as const;
const wrong = { at: 5_000, by: 'future', instance: 0 } as const;
const bothTimers = [
  { of: 'watcher', from: 0, to: 90 * MINUTE },
  { of: 'fallback', from: 0, to: 90 * MINUTE },
] as const;

/** The seconds at which it starts; or why it cannot. */
function inWords(verdict: Verdict): string {
  if (!verdict.isPossible) return verdict.because;
  return verdict.starts.map(({ at, location }) => `${at / 1000} ${location}`).join(', ');
}

test.each<[string, Partial<History>, CallFate[], string]>([
  ['nothing in the way', {}, [], '5 westeurope'],
  ['a container that fails first', { containers: [FAILS, GOOD] }, [], '5 westeurope, 60 westeurope'],
  [
    'a container that submits nothing',
    { containers: [{ ...FAILS, exitCode: 0 }, GOOD] },
    [],
    '5 westeurope, 360 westeurope',
  ],
  [
    'one whose data is not ready',
    { containers: [{ ...FAILS, exitCode: 75 }, GOOD] },
    [],
    '5 westeurope, 180 westeurope',
  ],
  [
    'one that a person must fix',
    { containers: [{ ...FAILS, exitCode: 78 }, GOOD] },
    [],
    '5 westeurope, 2400 westeurope',
  ],
  [
    'one too many that fails',
    { containers: [FAILS, FAILS, GOOD], maxAttempts: 2 },
    [],
    'no container of it submits for every slot',
  ],
  [
    'one kept for late',
    { containers: [FAILS, FAILS, GOOD], maxAttempts: 3 },
    [],
    '5 westeurope, 60 westeurope, 2400 westeurope',
  ],
  ['a group that gets stuck', { stuck: { place: 'pending', attempts: 1 } }, [], '5 westeurope, 2220 westeurope'],
  ['no Numerai, and a round that is named', down('numerai', 0, 50), [], '5 westeurope'],
  [
    'no Numerai when a container fails',
    { ...down('numerai', 0, 20), containers: [FAILS, GOOD] },
    [],
    '5 westeurope, 1260 westeurope',
  ],
  ['a slow call', {}, [{ ...diedAt(0.1), fate: { do: 'slow-back', by: 900 } }], '60 westeurope'],
  ['no tables up to shortly before the close', down('tables', 0, 50), [], '3240 westeurope'],
  ['no tables up to the close', down('tables', 0, 60), [], 'Table Storage did not answer'],
  ['no tables once it has started', down('tables', 10, 60), [], '5 westeurope'],
  ['everything down from before the webhook on', down('all', 0, 58), [], 'Table Storage did not answer'],
  ['no creates in the only region', { ...alone, limits: [creates] }, [], 'no region took it'],
  ['no creates in one of two regions', { limits: [creates] }, [], '5 northeurope'],
  [
    'no deletes',
    { limits: [{ ...creates, of: 'delete' }], containers: [FAILS, GOOD] },
    [],
    '5 westeurope, 60 westeurope',
  ],
  ['no writes', { limits: [{ of: 'writes', from: 0, to: 20 * MINUTE }] }, [], '1260 westeurope'],
  ['four models and one core', { ...alone, crowd: { models: 3, cores: 1, seconds: 90 } }, [], '360 westeurope'],
  ['a death as it would start', {}, [diedAt(0.1)], '240 westeurope'],
  ['a wrong round only, and the fallback', { triggers: [wrong], fallback: true }, [], '620 westeurope'],
  ['a wrong round only, and no fallback', { triggers: [wrong] }, [], 'too little time was left'],
  ['no timers', { timers: bothTimers, fallback: true, containers: [FAILS, GOOD] }, [], 'too little time was left'],
  [
    'no timers, and calls by HTTP',
    { timers: bothTimers, httpEveryMs: MINUTE, fallback: true, containers: [FAILS, GOOD] },
    [],
    '5 westeurope, 995 westeurope',
  ],
])('%s', (_what, changes, fates, expected) => {
  expect(inWords(verdictOn({ history: plainHistory('image', changes), fates }))).toBe(expected);
});
