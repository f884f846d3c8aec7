// Azure Container Instances behind the compute port: a container group that exists is started again, or one is
// created for each attempt from an image.

import type { ImageContainer, Model } from '../../config/models.ts';
import { secretNamesOfContainer } from '../../config/secret-names.ts';
import { SecretError, type SecretStore } from '../../config/secrets.ts';
import { AppError } from '../../util/errors.ts';
import { ExternalCallError } from '../../util/external-call.ts';
import type { Log } from '../../util/log.ts';
import {
  type AttemptedRun,
  type Discarded,
  type Platform,
  Refusal,
  type Started,
  type StartOptions,
} from '../platform.ts';
import { failureOfRefusal, isBeingChanged, isNoCapacity } from './failures.ts';
import { absent, isForeign, isRepeating, mayGoOn, observationOf } from './observe.ts';
import { type Prepared, prepareCreated, preparedOf, prepareExisting } from './prepared.ts';
import { priceOf } from './price.ts';
import type { ContainerGroups } from './resource-manager.ts';
import { CONTAINER_NAME, groupBody } from './specification.ts';

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

  async function startExisting(
    run: AttemptedRun,
    model: Model,
    prepared: Prepared,
    { signal, checkLease }: StartOptions,
  ): Promise<Started> {
    const { group } = prepared;
    const lacking = lackingContainer(model, prepared.kind === 'group' ? prepared.names : []);
    if (lacking !== null) {
      const reason = `${lacking.problem} ${lacking.remedy}`;
      throw new Refusal({ failure: 'configuration', reason }, { countsAsAttempt: true });
    }
    checkLease();
    const answer = await groups.start(group, signal).catch((error: unknown) => {
      throw afterSending(error, model, null);
    });
    if (answer === 'accepted') return { execution: group, location: null };
    // By whom, and since when? If it is an earlier start, with the data of an earlier round perhaps, ours is
    // still to come when that has ended.
    const isStopped = await stopWhatIsLeft(run, model, prepared);
    const reason = isStopped
      ? `Container group ${group} was running already, though its container has ended: the app stops the group, then starts it for this run.`
      : `Container group ${group} was running already when it was to be started.`;
    throw new Refusal({ failure: 'not-started', reason }, { countsAsAttempt: false });
  }

  /** Of an earlier start only other containers run on, or what the restart policy repeats: nobody waits for that. */
  async function stopWhatIsLeft(run: AttemptedRun, model: Model, prepared: Prepared): Promise<boolean> {
    const seen = await groups.get(prepared.group, submitterOf(prepared, model));
    const isLeft = seen !== null && isRepeating(seen);
    if (!isLeft || observationOf({ run, prepared, seen, model }).phase !== 'absent') return false;
    await isAccepted(groups.stop(prepared.group));
    return true;
  }

  async function create(
    run: AttemptedRun,
    model: Model,
    container: ImageContainer,
    { group, locations }: Extract<Prepared, { kind: 'image' }>,
    { signal, checkLease }: StartOptions,
  ): Promise<Started> {
    const [secrets, numeraiModelId] = await Promise.all([readSecrets(container), dependencies.numeraiId(model)]).catch(
      (error: unknown) => {
        throw beforeSending(error);
      },
    );
    for (const location of locations) {
      checkLease();
      try {
        const body = groupBody({ run, model, container, numeraiModelId, location, secrets });
        await groups.create(group, body, signal);
        return { execution: group, location };
      } catch (error) {
        if (location === locations.at(-1) || !isFull(error)) throw afterSending(error, model, location);
        dependencies.log.warn({ model: model.name, runId: run.id, location }, 'no capacity; trying the next location');
      }
    }
    throw new AppError('no-location', `Model ${model.name} has no region to start in.`);
  }

  async function readSecrets(container: ImageContainer): Promise<ReadonlyMap<string, string>> {
    const read = secretNamesOfContainer(container).map(
      async (name) => [name, (await dependencies.secrets.get(name)).value] as const,
    );
    return new Map(await Promise.all(read));
  }

  /**
   * Azure may restart a container that ended badly, and may yet find room for a group whose provisioning failed.
   * Only what is seen after the removal was accepted says that nothing can run any more.
   */
  async function removeCreated(run: AttemptedRun, group: string): Promise<Discarded> {
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
  async function stopExisting(run: AttemptedRun, prepared: Prepared): Promise<Discarded> {
    if (run.attempt.acceptedAt === null) return 'gone';
    const seen = await groups.get(prepared.group, submitterOf(prepared, undefined));
    if (seen === null || !mayGoOn({ run, prepared, seen })) return 'gone';
    await isAccepted(groups.stop(prepared.group));
    return 'going';
  }

  return {
    name: 'container-instances',
    price: priceOf,

    async prepare(run, model, previous) {
      const { container } = model;
      return container.kind === 'group'
        ? prepareExisting(container.group, await groups.get(container.group, container.container))
        : prepareCreated(run, model, container, run.attempt.number, previous);
    },

    async start(run, model, options) {
      const prepared = preparedOf(run.attempt);
      if (prepared === null) throw new AppError('not-prepared', 'The attempt is not prepared.');
      return prepared.kind === 'group' || model.container.kind === 'group'
        ? startExisting(run, model, prepared, options)
        : create(run, model, model.container, prepared, options);
    },

    async find(run, model) {
      const prepared = preparedOf(run.attempt);
      if (prepared === null) return absent(null);
      const seen = await groups.get(prepared.group, submitterOf(prepared, model));
      return observationOf({ run, prepared, seen, model });
    },

    async stop(run) {
      const prepared = preparedOf(run.attempt);
      if (prepared !== null) await isAccepted(groups.stop(prepared.group));
    },

    async discard(run) {
      const prepared = preparedOf(run.attempt);
      if (prepared === null) return 'gone';
      return prepared.kind === 'image' ? removeCreated(run, prepared.group) : stopExisting(run, prepared);
    },

    async log(run, signal) {
      const prepared = preparedOf(run.attempt);
      if (prepared === null) return null;
      const container =
        prepared.kind === 'image'
          ? CONTAINER_NAME
          : (prepared.container ?? (await groups.get(prepared.group))?.container?.name);
      return container === undefined ? null : groups.log(prepared.group, container, signal);
    },

    async check(model) {
      const { name, container } = model;
      const group = container.kind === 'group' ? container.group : `${name}-health`;
      const seen = await groups.get(group);
      if (container.kind === 'image') return null;
      if (seen === null) {
        return {
          problem: `The container group ${group} does not exist.`,
          remedy: 'Fix container.group in models.json or CONTAINER_RESOURCE_GROUP, or create the group.',
        };
      }
      const lacking = lackingContainer(model, seen.names);
      if (lacking !== null) return lacking;
      return seen.restartPolicy === 'Always'
        ? {
            problem: `The container group ${group} has the restart policy Always: Azure starts its container again after every end, and it may submit twice before the app has stopped the group.`,
            remedy: 'Recreate the group with the restart policy Never.',
          }
        : null;
    },

    patience(run) {
      // An existing group shows its old end for a while.
      const appearMs = (preparedOf(run.attempt)?.kind === 'group' ? 10 : 2) * MINUTE_MS;
      // Azure's own limit: https://learn.microsoft.com/troubleshoot/azure/azure-container-instances/configuration-setup/container-group-deployment-waiting-state
      return { appearMs, startMs: 30 * MINUTE_MS };
    },
  };
}

/** Name of the container that submits in an existing group; null: the usual one. */
function submitterOf(prepared: Prepared, model: Model | undefined): string | null {
  if (prepared.kind === 'image') return null;
  return prepared.container ?? (model?.container.kind === 'group' ? model.container.container : null);
}

/** That models.json names a container which its group does not have. @param names of those that it has, where known. */
function lackingContainer({ container }: Model, names: readonly string[]): Awaited<ReturnType<Platform['check']>> {
  if (container.kind !== 'group' || container.container === null || names.length === 0) return null;
  if (names.includes(container.container)) return null;
  return {
    problem: `The container group ${container.group} has no container ${container.container}, only ${names.join(', ')}.`,
    remedy: 'Fix container.container in models.json.',
  };
}

/** What an error means before the first request of the start: whatever it is, it leaves nothing behind. */
function beforeSending(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const reason = error.message;
  if (error instanceof ExternalCallError || error.code === 'numerai-answer')
    return new Refusal({ failure: 'not-started', reason }, { countsAsAttempt: false, cause: error });
  const failure = error instanceof SecretError ? 'secret' : 'configuration';
  return new Refusal({ failure, reason }, { countsAsAttempt: true, cause: error });
}

/** What an error of the start itself means: one that leaves open whether it happened stays as it is. */
function afterSending(error: unknown, model: Model, location: string | null): unknown {
  if (!(error instanceof ExternalCallError)) return error;
  if (error.failure === 'refused' || isFull(error)) {
    const failure = failureOfRefusal(error, model, location);
    return new Refusal(failure, { countsAsAttempt: true, cause: error });
  }
  if (error.failure !== 'throttled') return error;
  const failure = { failure: 'not-started', reason: error.message } as const;
  return new Refusal(failure, { countsAsAttempt: false, cause: error });
}

function isFull(error: unknown): boolean {
  return error instanceof ExternalCallError && isNoCapacity(`${error.serviceCode ?? ''} ${error.message}`);
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
