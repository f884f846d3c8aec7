// Runs, models and observations for tests of decisions: complete ones, of which a test changes what matters.

import type {
  ObservedContainer,
  ObservedGroup,
} from '../../src/lib/compute/container-instances/platform.ts';
import { type Model, parseModels } from '../../src/lib/config/models.ts';
import { newRun, type Run } from '../../src/lib/runs/run.ts';

export const REQUESTED = new Date('2026-04-01T12:00:05Z');

/** So many seconds after the run was requested. */
export const later = (seconds: number): Date => new Date(REQUESTED.getTime() + seconds * 1000);
export const iso = (seconds: number): string => later(seconds).toISOString();

export function modelOf(
  kind: 'image' | 'group',
  changes: { timeoutMinutes?: number; maxAttempts?: number; locations?: string[] } = {},
): Model {
  const { locations, ...rest } = changes;
  const container =
    kind === 'group'
      ? { group: 'own-group' }
      : {
          image: 'docker.io/someone/model:1',
          ...(locations === undefined ? {} : { locations }),
        };
  const [model] = parseModels(
    JSON.stringify({
      models: [
        {
          name: 'some-model',
          numeraiModelId: 'adabe000-3acf-47fd-8733-bad4ca505d89',
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

/** A run as it was requested, its lease over after a minute. */
export function runOf(kind: 'image' | 'group', changes: Partial<Run> = {}): Run {
  return {
    ...newRun({
      id: '01KN4ENXVQQ2T3KWT8RWJ87V09',
      model: modelOf(kind),
      round: 1234,
      trigger: 'webhook',
      triggerId: 'a-trigger',
      isTest: false,
      reason: null,
      claim: 'claim_round_1234',
      now: REQUESTED,
      leaseUntil: later(60),
      priorContainerStart: iso(-3600),
    }),
    ...changes,
  };
}

/** A run whose start was accepted after two seconds. */
export const acceptedRun = (kind: 'image' | 'group', changes: Partial<Run> = {}): Run =>
  runOf(kind, { state: 'starting', acceptedAt: iso(2), leaseUntil: null, ...changes });

export function containerOf(changes: Partial<ObservedContainer> = {}): ObservedContainer {
  return {
    name: 'submission',
    state: 'Running',
    startTime: later(30),
    finishTime: null,
    exitCode: null,
    detailStatus: null,
    restartCount: 0,
    ...changes,
  };
}

export const terminated = (exitCode: number | null, changes: Partial<ObservedContainer> = {}) =>
  containerOf({ state: 'Terminated', exitCode, finishTime: later(90), ...changes });

/** The run's group, running. */
export function groupOf(
  run: Run,
  changes: Partial<ObservedGroup> = {},
): { readonly kind: 'present' } & ObservedGroup {
  return {
    kind: 'present',
    provisioningState: 'Succeeded',
    state: 'Running',
    container: containerOf(),
    events: [],
    runId: run.ownsGroup ? run.id : null,
    location: 'westeurope',
    cpu: 1,
    memoryGB: 1.5,
    restartPolicy: 'Never',
    ...changes,
  };
}
