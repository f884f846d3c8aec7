// Azure Container Instances behind the compute port: a container group that exists is started again, or one is
// created for each attempt from an image.

import type { ImageContainer, Model } from '../../config/models.ts';
import { secretNamesOfContainer } from '../../config/secret-names.ts';
import { SecretError, type SecretStore } from '../../config/secrets.ts';
import { AppError, messageOf } from '../../util/errors.ts';
import { ExternalCallError } from '../../util/external-call.ts';
import type { Log } from '../../util/log.ts';
import {
  type AttemptedRun,
  type Discarded,
  type Observation,
  type Platform,
  Refusal,
  type Started,
  type StartOptions,
} from '../platform.ts';
import { failureOfRefusal, isBeingChanged, isNoCapacity } from './failures.ts';
import type { ContainerGroups, ObservedGroup } from './group.ts';
import { absent, isForeign, observationOf } from './observe.ts';
import { type Prepared, prepareCreated, preparedOf, prepareExisting } from './prepared.ts';
import { priceOf } from './price.ts';
import { CONTAINER_NAME, specificationOf } from './specification.ts';

const MINUTE_MS = 60_000;

export interface AdapterDependencies {
  readonly groups: ContainerGroups;
  readonly secrets: SecretStore;
  /** Numerai's id of a model, for its container; null where the configuration names none. */
  readonly numeraiId: (model: Model) => Promise<string | null>;
  readonly log: Log;
}

/** Makes the adapter. */
export function createContainerInstances(dependencies: AdapterDependencies): Platform {
  const { groups } = dependencies;

  async function look(run: AttemptedRun): Promise<[Prepared, ObservedGroup | null] | null> {
    const prepared = preparedOf(run.attempt);
    return prepared === null ? null : [prepared, await groups.get(prepared.group)];
  }

  return {
    name: 'container-instances',

    async prepare(run, model, previous, signal) {
      const { container } = model;
      return container.kind === 'group'
        ? prepareExisting(container.group, await groups.get(container.group, signal))
        : prepareCreated(run, model, container, run.attempt.number, previous);
    },

    async start(run, model, options) {
      const prepared = preparedOf(run.attempt);
      if (prepared === null) throw new AppError('not-prepared', 'The attempt is not prepared.');
      return prepared.kind === 'group' || model.container.kind === 'group'
        ? startExisting(groups, prepared.group, model, options)
        : create(dependencies, { run, model, container: model.container, prepared }, options);
    },

    async find(run, model) {
      const found = await look(run);
      if (found === null) return absent(null);
      const [prepared, seen] = found;
      return observationOf({ run, prepared, seen, model });
    },

    async stop(run) {
      const prepared = preparedOf(run.attempt);
      if (prepared !== null) await isAccepted(groups.stop(prepared.group));
    },

    async discard(run) {
      const prepared = preparedOf(run.attempt);
      if (prepared === null) return 'gone';
      return prepared.kind === 'image'
        ? removeCreated(groups, run, prepared.group)
        : stopExisting(groups, run, prepared);
    },

    async log(run) {
      const prepared = preparedOf(run.attempt);
      if (prepared === null) return null;
      const container = prepared.kind === 'image' ? CONTAINER_NAME : prepared.container;
      if (container !== null) return groups.log(prepared.group, container);
      const seen = await groups.get(prepared.group);
      return seen?.container == null ? null : groups.log(prepared.group, seen.container.name);
    },

    price: priceOf,

    check: (model) => check(groups, model),

    patience(run) {
      return preparedOf(run.attempt)?.kind === 'group'
        ? // It shows its old end for a while, and pulls for as long as the time limit allows.
          { appearMs: 10 * MINUTE_MS, startMs: Number.POSITIVE_INFINITY }
        : { appearMs: 2 * MINUTE_MS, startMs: 20 * MINUTE_MS };
    },
  };
}

async function startExisting(
  groups: ContainerGroups,
  group: string,
  model: Model,
  { signal, checkLease }: StartOptions,
): Promise<Started> {
  checkLease();
  try {
    const answer = await groups.start(group, signal);
    if (answer === 'accepted') return { execution: group, location: null };
  } catch (error) {
    throw asRefusal(error, model, null);
  }
  // By whom, and since when? If it is an earlier start, with the data of an earlier round perhaps, ours is
  // still to come when that has ended.
  throw new Refusal(
    {
      failure: 'not-started',
      reason: `Container group ${group} was running already when it was to be started.`,
    },
    { countsAsAttempt: false },
  );
}

interface Creation {
  readonly run: AttemptedRun;
  readonly model: Model;
  readonly container: ImageContainer;
  readonly prepared: Extract<Prepared, { kind: 'image' }>;
}

async function create(
  dependencies: AdapterDependencies,
  { run, model, container, prepared }: Creation,
  { signal, checkLease }: StartOptions,
): Promise<Started> {
  const [secrets, numeraiModelId] = await Promise.all([
    readSecrets(dependencies.secrets, secretNamesOfContainer(container), signal),
    dependencies.numeraiId(model),
  ]).catch((error: unknown) => {
    throw beforeAnythingWasSent(error);
  });
  const { group: name, locations } = prepared;
  for (const [index, location] of locations.entries()) {
    checkLease();
    try {
      await dependencies.groups.create(
        specificationOf({ run, name, model, container, numeraiModelId, location, secrets }),
        signal,
      );
      return { execution: name, location };
    } catch (error) {
      const isLast = index === locations.length - 1;
      if (isLast || !isFull(error)) throw asRefusal(error, model, location);
      dependencies.log.warn(
        { model: model.name, runId: run.id, location },
        'no capacity; trying the next location',
      );
    }
  }
  throw new AppError('no-location', `Model ${model.name} has no region to start in.`);
}

async function readSecrets(
  secrets: SecretStore,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, (await secrets.get(name, signal)).value] as const),
    ),
  );
}

/** Whatever goes wrong before the first request of the start leaves nothing behind. */
function beforeAnythingWasSent(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const reason = error.message;
  const passing = error instanceof ExternalCallError || error.code === 'numerai-answer';
  const failure =
    error instanceof SecretError ? 'secret' : passing ? 'not-started' : 'configuration';
  return new Refusal(
    { failure, reason },
    { countsAsAttempt: !passing, retryAfterMs: retryAfterOf(error), cause: error },
  );
}

function isFull(error: unknown): boolean {
  return (
    error instanceof ExternalCallError &&
    isNoCapacity(`${error.serviceCode ?? ''} ${error.message}`)
  );
}

/** What an error of the start itself means: one that leaves open whether it happened stays as it is. */
function asRefusal(error: unknown, model: Model, location: string | null): unknown {
  if (!(error instanceof ExternalCallError)) return error;
  if (error.failure === 'refused' || isFull(error)) {
    return new Refusal(failureOfRefusal(error, model, location), {
      countsAsAttempt: true,
      cause: error,
    });
  }
  return error.failure === 'throttled'
    ? new Refusal(
        { failure: 'not-started', reason: messageOf(error) },
        { countsAsAttempt: false, retryAfterMs: retryAfterOf(error), cause: error },
      )
    : error;
}

function retryAfterOf(error: unknown): number {
  return error instanceof ExternalCallError ? (error.retryAfterMs ?? 0) : 0;
}

/**
 * Azure may restart a container that ended badly, and may yet find room for a group whose provisioning failed.
 * Only what is seen after the removal was accepted says that nothing can run any more.
 */
async function removeCreated(
  groups: ContainerGroups,
  run: AttemptedRun,
  group: string,
): Promise<Discarded> {
  let seen = await groups.get(group);
  // What is not the app's stays.
  if (seen === null || isForeign(run, seen)) return 'gone';
  if (seen.provisioningState !== 'Deleting') {
    if (!(await isAccepted(groups.remove(group)))) return 'going';
    seen = await groups.get(group);
    if (seen === null) return 'gone';
  }
  return seen.container?.state === 'Terminated' ? 'inert' : 'going';
}

/** An existing group stays; what was started in it for this attempt must have ended. */
async function stopExisting(
  groups: ContainerGroups,
  run: AttemptedRun,
  prepared: Prepared,
): Promise<Discarded> {
  const { attempt } = run;
  if (attempt.acceptedAt === null || attempt.exitCode !== null) return 'gone';
  const seen = await groups.get(prepared.group);
  const { phase }: Observation = observationOf({ run, prepared, seen, model: undefined });
  if (phase !== 'waiting' && phase !== 'running') return 'gone';
  await isAccepted(groups.stop(prepared.group));
  return 'going';
}

/** False where the group is being changed, and is to be asked again later. */
async function isAccepted(change: Promise<void>): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (error) {
    if (isBeingChanged(error)) return false;
    throw error;
  }
}

async function check(
  groups: ContainerGroups,
  { name, container }: Model,
): ReturnType<Platform['check']> {
  if (container.kind === 'image') {
    await groups.get(`${name}-health`);
    return null;
  }
  const { group } = container;
  const seen = await groups.get(group);
  if (seen === null) {
    return {
      problem: `The container group ${group} does not exist.`,
      remedy:
        'Fix container.group in models.json or CONTAINER_RESOURCE_GROUP, or create the group.',
    };
  }
  return seen.restartPolicy === 'Always'
    ? {
        problem: `The container group ${group} has the restart policy Always, so its container starts again after every end and a run never ends.`,
        remedy: 'Create the group anew with the restart policy Never.',
      }
    : null;
}
