// The clairvoyant's verdicts as a table: a round from 12:00 to 13:00, a program that works for five minutes, and what is
// in its way. That the schedules can be carried out is shown in seasons.test.ts.

import { describe, expect, test } from 'vitest';
import { Conditions } from './conditions.ts';
import { MINUTE } from './draw.ts';
import type { ModelRound } from './model-round.ts';
import type { SeasonModel } from './models.ts';
import { verdictOf } from './oracle.ts';
import type { Outage, OutageKind } from './outages.ts';
import type { PlannedRound } from './rounds.ts';

const DAY = '2026-03-10T';
/** `12:30` of the day. */
const at = (clock: string) => Date.parse(`${DAY}${clock.length === 5 ? `${clock}:00` : clock}Z`);
const span = (from: string, to: string) => ({ from: at(from), to: at(to) });

const MODEL: SeasonModel = {
  index: 0,
  name: 'model-01',
  id: 'id',
  tournament: 'classic',
  kind: 'image',
  locations: ['westus2'],
  image: 'docker.io/someone/model:1',
  cpu: 1,
  memoryGB: 2,
  maxMemoryGB: 4,
  timeoutMinutes: 20,
  workMs: 5 * MINUTE,
  notReadyExit: 1,
};
const ROUND: PlannedRound = {
  tournament: 8,
  number: 1221,
  plannedOpen: at('12:00'),
  open: [span('12:00', '13:00')],
  changes: [],
  dataAt: at('12:00'),
  disturbances: [],
};
const HAPPENING: ModelRound = {
  webhooks: [{ at: at('12:00'), round: 1221 }],
  fault: null,
  hiccup: null,
  slowPullMs: 0,
  neededMemoryGB: 2,
  listedAfterMs: 0,
  byHandAt: null,
  disturbances: [],
};

interface Case {
  readonly outages?: readonly (readonly [kind: OutageKind, from: string, to: string, region?: string])[];
  readonly model?: Partial<SeasonModel>;
  readonly round?: Partial<PlannedRound>;
  readonly happening?: Partial<ModelRound>;
}

/** When it starts, and where; or why it cannot. */
function verdict({ outages = [], ...changed }: Case): string {
  const model = { ...MODEL, ...changed.model };
  const round = { ...ROUND, ...changed.round };
  const happening = { ...HAPPENING, ...changed.happening };
  const conditions = new Conditions({
    options: { seed: 1, models: 1, weeks: 1 },
    models: [model],
    roundsOf: () => [round],
    of: () => happening,
    outages: outages.map(
      ([kind, from, to, region]): Outage => ({ kind, region: region ?? null, way: 'status', ...span(from, to) }),
    ),
  });
  const found = verdictOf({ conditions, model, round, happening });
  if (!found.isPossible) return found.because;
  return found.starts
    .map(({ at: start, location, how }) => `${new Date(start).toISOString().slice(11, 16)} ${location} ${how}`)
    .join(', ');
}

const AT_ONCE = '12:00 westus2 submits';
const TWO_REGIONS = { locations: ['westus2', 'eastus'] };

const CASES: readonly (readonly [what: string, Case, expected: string])[] = [
  ['nothing in the way', {}, AT_ONCE],
  ['its region is full at first', { outages: [['full', '11:50', '12:40', 'westus2']] }, '12:40 westus2 submits'],
  ['its region is full too long', { outages: [['full', '11:50', '12:56', 'westus2']] }, 'no region took it'],
  ['another region is full', { outages: [['full', '11:50', '13:30', 'eastus']] }, AT_ONCE],
  [
    'the first of two regions is full',
    { model: TWO_REGIONS, outages: [['full', '11:50', '13:30', 'westus2']] },
    '12:00 eastus submits',
  ],
  ['a region does not answer', { outages: [['region', '12:00', '12:10', 'westus2']] }, '12:10 westus2 submits'],
  ['Resource Manager does not answer', { outages: [['resource-manager', '11:50', '12:20']] }, '12:20 westus2 submits'],
  ['Table Storage does not answer', { outages: [['tables', '11:50', '13:00']] }, 'Table Storage did not answer'],
  ['no vault, and an image with secrets', { outages: [['key-vault', '11:50', '13:00']] }, 'Key Vault did not answer'],
  [
    'no vault, and an existing group',
    { model: { kind: 'group' }, outages: [['key-vault', '11:50', '13:00']] },
    AT_ONCE,
  ],
  ['a role is not known', { outages: [['role-groups', '11:58', '12:06']] }, '12:06 westus2 submits'],
  ['the registry of its image throttles', { outages: [['registry', '12:00', '12:12']] }, '12:12 westus2 submits'],
  [
    'the registry of another image does',
    { model: { image: 'ghcr.io/someone/model:1' }, outages: [['registry', '12:00', '12:12']] },
    AT_ONCE,
  ],
  // 37 seconds from the start to the question for the data.
  ['the data is late', { round: { dataAt: at('12:15') } }, '12:15 westus2 submits'],
  ['the data comes while its container starts', { round: { dataAt: at('12:15:30') } }, '12:15 westus2 submits'],
  ['the data is too late', { round: { dataAt: at('12:57') } }, 'the data was late'],
  ['Numerai is down at the opening', { outages: [['numerai', '11:59', '12:09']] }, '12:09 westus2 submits'],
  ['Numerai is down when it would submit', { outages: [['numerai', '12:05', '12:10']] }, '12:10 westus2 submits'],
  ['Numerai is down up to the close', { outages: [['numerai', '12:05', '13:05']] }, 'Numerai gave no data'],
  ['the key is revoked', { outages: [['revoked', '11:00', '14:00']] }, 'Numerai gave no data'],
  ['the app is stopped', { outages: [['stopped', '11:00', '12:30']] }, '12:30 westus2 submits'],
  ['the app is stopped all the while', { outages: [['stopped', '11:00', '13:30']] }, 'the app was stopped'],
  ['the app is deployed at the opening', { outages: [['deployed', '11:59:50', '12:00:30']] }, '12:01 westus2 submits'],
  [
    'the timers stand still, and Numerai calls',
    { happening: { webhooks: [{ at: at('12:20'), round: 1221 }] }, outages: [['timers', '11:00', '14:00']] },
    '12:20 westus2 submits',
  ],
  [
    'the timers stand still, and nobody calls',
    { happening: { webhooks: [] }, outages: [['timers', '11:00', '14:00']] },
    'the timers did not fire, and nobody called',
  ],
  ['it crashes first', { happening: { fault: 'crash' } }, '12:00 westus2 crash, 12:04 westus2 submits'],
  [
    'it works for half an hour, and crashes first',
    { model: { workMs: 45 * MINUTE }, happening: { fault: 'crash' } },
    'too little time was left',
  ],
  [
    'it submits nothing first',
    { happening: { fault: 'no submission' } },
    '12:00 westus2 no submission, 12:06 westus2 submits',
  ],
  ['it hangs first, up to its limit', { happening: { fault: 'hang' } }, '12:00 westus2 hang, 12:21 westus2 submits'],
  [
    'it hangs first, without a limit that helps',
    { model: { timeoutMinutes: 60 }, happening: { fault: 'hang' } },
    'too little time was left',
  ],
  [
    'it needs more memory, and may have it',
    { happening: { neededMemoryGB: 2.8 } },
    '12:00 westus2 memory, 12:04 westus2 submits',
  ],
  [
    'it needs more memory, and may not',
    { model: { maxMemoryGB: null }, happening: { neededMemoryGB: 2.8 } },
    'the work needs more memory than the participant allows',
  ],
  [
    'it needs more memory, and crashes',
    { happening: { neededMemoryGB: 2.8, fault: 'crash' } },
    '12:00 westus2 memory, 12:04 westus2 crash, 12:08 westus2 submits',
  ],
  ['a slow pull', { happening: { slowPullMs: 28 * MINUTE } }, AT_ONCE],
  [
    'a slow pull, and then a full region',
    { happening: { slowPullMs: 28 * MINUTE }, outages: [['full', '12:00', '12:30', 'westus2']] },
    'no region took it',
  ],
  [
    'the round closes later',
    { round: { open: [span('12:00', '14:00')] }, outages: [['stopped', '11:00', '13:10']] },
    '13:10 westus2 submits',
  ],
  [
    'the round is opened again',
    { round: { open: [span('12:00', '13:00'), span('13:10', '13:40')] }, outages: [['stopped', '11:00', '12:56']] },
    '13:05 westus2 submits',
  ],
  ['the round does not take place', { round: { open: [] } }, 'the round did not take place'],
  ['a person submits', { happening: { byHandAt: at('12:03') }, outages: [['stopped', '11:00', '13:30']] }, ''],
];

describe('the clairvoyant', () => {
  test.each(CASES)('%s', (_what, given, expected) => {
    expect(verdict(given)).toBe(expected);
  });
});
