// Azure Container Instances behind the compute port: a container group that exists is started again, or one is
// created for each attempt from an image.

import type { Entry, ExistingGroup, ImageContainer } from '../../config/models.ts';
import { secretNamesOfContainer } from '../../config/secret-names.ts';
import { type Secret, SecretError } from '../../config/secrets.ts';
import { TIMING } from '../../runs/timing.ts';
import { AppError } from '../../util/errors.ts';
import { ExternalCallError } from '../../util/external-call.ts';
import { containerOf } from '../container.ts';
import { readSecrets, versionsOf } from '../given-secrets.ts';
import {
  type AttemptedRun,
  absent,
  notPrepared,
  type Observation,
  ofOtherPlatform,
  type Platform,
  Refusal,
  type Started,
  type StartOptions,
} from '../platform.ts';
import { isRepeating } from './existing-group.ts';
import { failureOfRefusal, isBeingChanged, isNoCapacity } from './failures.ts';
import { observationOf, resourceGroupGone, START_PATIENCE_MS } from './observe.ts';
import {
  hasUntried,
  type Prepared,
  placeOf,
  prepareCreated,
  preparedOf,
  prepareExisting,
  submitterOf,
} from './prepared.ts';
import { priceOf } from './price.ts';
import { howToLook, remedyOf } from './remedies.ts';
import { canKeep, isAccepted, removeCreated, stopExisting } from './removal.ts';
import { type ContainerGroups, isResourceGroupGone } from './resource-manager.ts';
import { CONTAINER_NAME, groupBody } from './specification.ts';
import { checkAccountKeys } from './volumes.ts';
import { type WordsDependencies, withoutSecrets } from './without-secrets.ts';

const MINUTE_MS = 60_000;

export interface AdapterDependencies extends WordsDependencies {
  readonly groups: ContainerGroups;
  /** The resource group that they are in, for messages. */
  readonly resourceGroup: string;
  /** The name of this installation of the app, if it has one. */
  readonly installation?: string;
  /** That every group gets which the app creates. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Makes the adapter. */
export function createContainerInstances(dependencies: AdapterDependencies): Platform {
  const { groups, installation = '', tags = {} } = dependencies;

  async function startExisting(
    run: AttemptedRun,
    model: Entry,
    prepared: Prepared,
    { signal, checkLease }: StartOptions,
  ): Promise<Started> {
    const { group } = prepared;
    const lacking = lackingContainer(model, prepared.kind === 'group' ? prepared.names : []);
    if (lacking !== null) {
      const reason = `${lacking.problem} ${lacking.remedy}`;
      throw new Refusal({ failure: 'configuration', reason }, {});
    }
    checkLease();
    const answer = await groups.start(group, signal).catch((error: unknown) => afterSending(run, model, error));
    if (answer !== 'already-running') return { execution: group, location: null };
    // By whom, and since when? If it is an earlier start, with the data of an earlier round perhaps, ours is
    // still to come when that has ended.
    const isStopped = await stopWhatIsLeft(run, model, prepared);
    const reason = isStopped
      ? `Container group ${group} was running already, though its container has ended: the app stops the group, then starts it for this run.`
      : `Container group ${group} was running already when it was to be started.`;
    // What runs for itself is not over within seconds.
    const retryAfterMs = isStopped ? 0 : MINUTE_MS;
    return arrived(run, model, new Refusal({ failure: 'not-started', reason }, { retryAfterMs }));
  }

  /** Of an earlier start only other containers run on, or what the restart policy repeats: nobody waits for that. */
  async function stopWhatIsLeft(run: AttemptedRun, model: Entry, prepared: Prepared): Promise<boolean> {
    const seen = await groups.get(prepared.group, submitterOf(prepared, model));
    const isLeft = seen !== null && isRepeating(seen);
    if (!isLeft || observationOf({ run, prepared, seen, model }).phase !== 'absent') return false;
    await isAccepted(groups.stop(prepared.group));
    return true;
  }

  async function create(
    run: AttemptedRun,
    model: Entry,
    container: ImageContainer,
    { group, location }: Extract<Prepared, { kind: 'image' }>,
    { signal, noteSecrets, checkLease }: StartOptions,
  ): Promise<Started> {
    const secrets = await secretsOf(container).catch((error: unknown) => {
      throw beforeSending(error);
    });
    await noteSecrets?.(versionsOf(secrets));
    checkLease();
    const body = groupBody({ run, model, container, location, installation, tags, secrets: valuesOf(secrets) });
    await groups.create(group, body, signal).catch((error: unknown) => afterSending(run, model, error));
    return { execution: group, location };
  }

  /**
   * What an error of the start itself means. An answer that was lost is looked for at once: the group tells whether
   * the start arrived.
   */
  async function afterSending(run: AttemptedRun, model: Entry, error: unknown): Promise<'accepted'> {
    if (!(error instanceof ExternalCallError)) throw error;
    const { location } = placeOf(run.attempt);
    const diagnosis =
      error.failure === 'refused' || isFull(error)
        ? failureOfRefusal(error, model, location)
        : { failure: 'not-started' as const, reason: error.message, elsewhere: isLimitOfRegion(error) };
    // An error is no refusal, and no answer even less: it may yet arrive, and two groups would run side by side.
    const mayArrive = error.failure === 'unavailable';
    const elsewhere = diagnosis.elsewhere && !mayArrive && hasUntried(run, model);
    const refusal = new Refusal(diagnosis, { elsewhere, mayArrive, cause: error });
    // What is in the way may be another run's.
    if (error.failure !== 'unavailable' && !isBeingChanged(error)) throw refusal;
    await arrived(run, model, refusal);
    return 'accepted';
  }

  /** Whether the start shows after all; where that cannot be told either, it stays open. @throws `otherwise`. */
  async function arrived(run: AttemptedRun, model: Entry, otherwise: Refusal): Promise<Started> {
    const seen = await find(run, model);
    if (seen.phase === 'foreign' && seen.trouble !== null) throw new Refusal(seen.trouble, { cause: otherwise });
    if (seen.phase === 'absent') throw otherwise;
    return { execution: seen.execution ?? '', location: seen.location };
  }

  async function find(run: AttemptedRun, model: Entry | undefined): Promise<Observation> {
    const prepared = preparedOf(run.attempt);
    if (prepared === null) return absent(null);
    try {
      const seen = await groups.get(prepared.group, submitterOf(prepared, model));
      return observationOf({
        run,
        prepared,
        seen: seen && (await withoutSecrets(dependencies, run, model, seen)),
        model,
      });
    } catch (error) {
      if (isResourceGroupGone(error)) return absent(resourceGroupGone(prepared.group, error));
      throw error;
    }
  }

  const lookAt = async ({ group, container }: ExistingGroup): Promise<Prepared> =>
    prepareExisting(group, await groups.get(group, container));

  async function secretsOf(container: ImageContainer): Promise<ReadonlyMap<string, Secret>> {
    const secrets = await readSecrets(secretNamesOfContainer(container), dependencies.secrets.getOrLast);
    checkAccountKeys(container, valuesOf(secrets));
    return secrets;
  }

  return {
    price: priceOf,

    async prepare(run, model, previous, elsewhere = false) {
      const container = containerOf(model, run.attempt);
      const before = preparedOf(run.attempt);
      if (container.kind === 'image') return prepareCreated(run, container, previous, elsewhere, installation);
      if (container.kind !== 'group') {
        if (before === null) throw ofOtherPlatform(model);
        return before;
      }
      // What was noted before the first start of it still holds: a later look might take our start for an earlier one.
      const isNoted = before?.kind === 'group' && before.group === container.group;
      return isNoted ? before : lookAt(container);
    },

    prepareAhead({ container }) {
      return container.kind === 'group' ? lookAt(container) : null;
    },

    async start(run, model, options) {
      const prepared = preparedOf(run.attempt);
      if (prepared === null) throw notPrepared();
      const container = containerOf(model, run.attempt);
      if (prepared.kind === 'group' || container.kind === 'group') return startExisting(run, model, prepared, options);
      if (container.kind !== 'image') throw ofOtherPlatform(model);
      return create(run, model, container, prepared, options);
    },

    find,

    async stop(run) {
      const prepared = preparedOf(run.attempt);
      if (prepared !== null) await isAccepted(groups.stop(prepared.group));
    },

    async discard(run) {
      const prepared = preparedOf(run.attempt);
      if (prepared === null) return 'gone';
      try {
        return await (prepared.kind === 'group'
          ? stopExisting(groups, run, prepared)
          : removeCreated(groups, run, prepared));
      } catch (error) {
        // With it went all that was in it.
        if (isResourceGroupGone(error)) return 'gone';
        throw error;
      }
    },

    async keep(run) {
      const prepared = preparedOf(run.attempt);
      if (prepared?.kind !== 'image' || !(await canKeep(groups, run, prepared))) return null;
      return howToLook(dependencies.resourceGroup, prepared.group, CONTAINER_NAME);
    },

    isOwn: (run) => preparedOf(run.attempt)?.kind !== 'group',

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
      for (const each of [container, model.lastResort?.container])
        if (each?.kind === 'image' && each.volumes.length > 0) await secretsOf(each);
      if (container.kind !== 'group') return null;
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
      return { appearMs, startMs: START_PATIENCE_MS, remedy: 'if it persists, try another region or a smaller image.' };
    },

    remedy: remedyOf,
  };
}

const valuesOf = (secrets: ReadonlyMap<string, Secret>): ReadonlyMap<string, string> =>
  new Map([...secrets].map(([name, { value }]) => [name, value]));

/** That models.json names a container which its group does not have. @param names of those that it has, where known. */
function lackingContainer({ container }: Entry, names: readonly string[]): Awaited<ReturnType<Platform['check']>> {
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
  const failure =
    error instanceof ExternalCallError ? 'not-started' : error instanceof SecretError ? 'secret' : 'configuration';
  return new Refusal({ failure, reason: error.message }, { cause: error });
}

function isFull(error: unknown): boolean {
  return error instanceof ExternalCallError && isNoCapacity(`${error.serviceCode ?? ''} ${error.message}`);
}

/** Creates are counted for each region by itself; Resource Manager's own limits count for all. What is over in seconds is waited for. */
function isLimitOfRegion({ failure, serviceCode, retryAfterMs }: ExternalCallError): boolean {
  const isOfAll = serviceCode?.startsWith('Subscription') ?? true;
  return failure === 'throttled' && !isOfAll && (retryAfterMs ?? 0) > TIMING.repeatForMs;
}
