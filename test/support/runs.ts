// Runs, models and observations for tests of decisions: complete ones, of which a test changes what matters.

import type {
  ObservedContainer,
  ObservedEvent,
  ObservedGroup,
} from '../../src/lib/compute/container-instances/group.ts';
import type { Prepared } from '../../src/lib/compute/container-instances/prepared.ts';
import type { AttemptedRun, Observation } from '../../src/lib/compute/platform.ts';
import { absent } from '../../src/lib/compute/platform.ts';
import { type Job, type Model, parseModels } from '../../src/lib/config/models.ts';
import { type Attempt, newAttempt } from '../../src/lib/runs/attempt.ts';
import { newRun } from '../../src/lib/runs/new-run.ts';
import type { Run } from '../../src/lib/runs/run.ts';

export const REQUESTED = new Date('2026-04-01T12:00:05Z');
export const RUN_ID = '01KN4ENXVQQ2T3KWT8RWJ87V09';

/** So many seconds after the run was requested. */
export const later = (seconds: number): Date => new Date(REQUESTED.getTime() + seconds * 1000);
export const iso = (seconds: number): string => later(seconds).toISOString();

export type Kind = 'image' | 'group';
/** Of the plain models' one slot. */
const SLOT_ID = 'adabe000-3acf-47fd-8733-bad4ca505d89';

export function modelOf(
  kind: Kind,
  changes: {
    name?: string;
    timeoutMinutes?: number;
    maxAttempts?: number;
    locations?: string[];
    lastResort?: object;
    numeraiModels?: readonly string[] | null;
  } = {},
): Model {
  const { locations, numeraiModels = [SLOT_ID], ...rest } = changes;
  const container =
    kind === 'group'
      ? { group: 'own-group' }
      : {
          image: 'docker.io/someone/model:1',
          ...(locations === undefined ? {} : { locations }),
        };
  const {
    models: [model],
  } = parseModels(
    JSON.stringify({
      models: [
        {
          name: 'some-model',
          ...(numeraiModels === null ? {} : { numeraiModels }),
          tournament: 'classic',
          container,
          timeoutMinutes: 20,
          ...rest,
        },
      ],
    }),
    { file: 'models.json', containerLocation: 'westeurope', containerIdentityId: undefined },
  );
  if (model === undefined) throw new Error('There is one model.');
  return model;
}

/** A job with a group for each attempt. */
export function jobOf(
  changes: { schedule?: string; overlap?: 'skip' | 'allow'; paused?: boolean; maxAttempts?: number } = {},
): Job {
  const container = { image: 'docker.io/someone/train:1' };
  const {
    jobs: [job],
  } = parseModels(
    JSON.stringify({
      models: [{ name: 'some-model', tournament: 'classic', container }],
      jobs: [{ name: 'retrain', container, ...changes }],
    }),
    { file: 'models.json', containerLocation: 'westeurope', containerIdentityId: undefined },
  );
  if (job === undefined) throw new Error('There is one job.');
  return job;
}

/** Parsed once: property tests make thousands of runs. */
export const PLAIN_MODELS: Readonly<Record<Kind, Model>> = { image: modelOf('image'), group: modelOf('group') };

/** What the adapter noted before the start: the existing group was started an hour before. */
const PREPARED: Readonly<Record<Kind, Prepared>> = {
  image: { kind: 'image', group: 'some-model-r1234-a1', location: 'westeurope', tried: [], unclear: [], isSpot: false },
  group: {
    kind: 'group',
    group: 'own-group',
    lastStart: iso(-3600),
    lastEvent: iso(-3600),
    container: 'submission',
    names: ['submission'],
  },
};

/** A run as it was requested, the lease of its first attempt over after a minute. */
export function runOf(kind: Kind, changes: Partial<Run> = {}, attemptChanges: Partial<Attempt> = {}): AttemptedRun {
  const attempt: Attempt = {
    ...newAttempt({
      number: 1,
      platform: 'container-instances',
      prepared: PREPARED[kind],
      now: REQUESTED,
    }),
    ...attemptChanges,
  };
  const run = newRun({
    id: RUN_ID,
    model: PLAIN_MODELS[kind],
    round: 1234,
    trigger: 'webhook',
    triggerId: 'a-trigger',
    isTest: false,
    reason: null,
    claim: 'claim_round_classic_1234',
    now: REQUESTED,
  });
  // What is said of the submission alone holds for all slots.
  const { submission } = changes;
  const slots = submission === undefined ? run.slots : run.slots.map((slot) => ({ ...slot, submission }));
  return { ...run, slots, ...changes, attempt };
}

/** A run whose start was accepted after two seconds. */
export function acceptedRun(
  kind: Kind,
  changes: Partial<Run> = {},
  attemptChanges: Partial<Attempt> = {},
): AttemptedRun {
  const execution = PREPARED[kind].group;
  return runOf(
    kind,
    { state: 'starting', ...changes },
    { acceptedAt: iso(2), leaseUntil: null, execution, ...attemptChanges },
  );
}

/** What a platform reports: nothing but the phase and what is given. */
export const seenAs = (phase: Observation['phase'], facts: Partial<Observation> = {}): Observation => ({
  ...absent(null),
  phase,
  ...facts,
});

export function containerOf(changes: Partial<ObservedContainer> = {}): ObservedContainer {
  return {
    name: 'submission',
    state: 'Running',
    startTime: later(30),
    finishTime: null,
    exitCode: null,
    detailStatus: null,
    ...changes,
  };
}

export const terminated = (exitCode: number | null, changes: Partial<ObservedContainer> = {}) =>
  containerOf({ state: 'Terminated', exitCode, finishTime: later(90), ...changes });

/** The group of an attempt, running. */
export function groupOf(kind: Kind, changes: Partial<ObservedGroup> = {}): ObservedGroup {
  return {
    provisioningState: 'Succeeded',
    state: 'Running',
    container: containerOf(),
    previous: null,
    hasCompany: false,
    names: ['submission'],
    events: [],
    runId: kind === 'image' ? RUN_ID : null,
    location: 'westeurope',
    cpu: 1,
    memoryGB: 1.5,
    restartPolicy: 'Never',
    ...changes,
  };
}

/** An event of a group, so many seconds after the run was requested. */
export const eventOf = (name: string, type: string, message: string, seconds = 10): ObservedEvent => ({
  name,
  type,
  message,
  firstTimestamp: later(seconds),
  lastTimestamp: later(seconds),
});

/** As the emulator, and Azure, report an image that cannot be pulled. */
export const PULL_FAILURE = [
  eventOf('Pulling', 'Normal', 'pulling image "x"'),
  eventOf('Failed', 'Warning', 'Failed to pull image "x": manifest unknown'),
  eventOf('BackOff', 'Normal', 'Back-off pulling image "x"'),
];
export const NO_ROOM = [
  eventOf(
    'InsufficientCapacity.',
    'Warning',
    'The requested resource is not available in the location westeurope at this moment.',
  ),
];
