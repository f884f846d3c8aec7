// Azure Machine Learning behind the compute port: a command job for each attempt, under a name of the app's, on a cluster
// that starts from no node; or a job that a batch endpoint makes. Jobs stay in the history of the workspace; nothing is to
// be removed.

import type { Entry, MachineLearning } from '../../config/models.ts';
import { ageMs, type Clock } from '../../util/clock.ts';
import { ExternalCallError } from '../../util/external-call.ts';
import { containerOf } from '../container.ts';
import { attemptIdOf } from '../environment.ts';
import {
  type AttemptedRun,
  absent,
  type Json,
  notPrepared,
  type Observation,
  ofOtherPlatform,
  type Platform,
  Refusal,
  type Started,
} from '../platform.ts';
import { meaningOf, nullIfUnasked } from '../refusals.ts';
import { discardByStop, isInTransition, stopEach } from '../stopping.ts';
import { checkWork } from './check-work.ts';
import { failureOfRefusal, remedyOf, scoringUriOf, VAULT_IS_MISSING } from './failures.ts';
import { detailsOf } from './history.ts';
import type { Job, RunDetails } from './job.ts';
import { readLog } from './log.ts';
import { isOfOther, isOver, mayHaveRun, observationOf, ofAttempt, outcomeOf } from './observe.ts';
import { noteOf, type Prepared, preparedOf } from './prepared.ts';
import { priceOf } from './price.ts';
import { commandJobOf, invocationOf } from './request.ts';
import type { Workspaces } from './resource-manager.ts';

const MINUTE_MS = 60_000;
/** Until then after its start was accepted, a list of jobs may not have one yet. */
const APPEARS_MS = 5 * MINUTE_MS;
/** A node may have to start, which takes some minutes, or to become free; the image is then pulled, or built first. */
const START_MS = 60 * MINUTE_MS;
/** By how much Azure's clock may be behind, where jobs are looked for by their age. */
const SKEW_MS = 5 * MINUTE_MS;

export interface AdapterDependencies {
  readonly workspaces: Workspaces;
  /** Where containers find their secrets; undefined: there is no vault. */
  readonly vaultUrl: string | undefined;
  readonly clock: Clock;
}

/** Makes the adapter. */
export function createMachineLearning({ workspaces, vaultUrl, clock }: AdapterDependencies): Platform {
  const nameOf = (run: AttemptedRun, { endpoint }: Prepared): string | null =>
    endpoint === null ? attemptIdOf(run) : run.attempt.execution;

  /** The one by its name: ours, or that on record, unless it turns out to be of another attempt. */
  async function namedJob(run: AttemptedRun, prepared: Prepared): Promise<Job | null> {
    const { workspace } = prepared;
    const name = nameOf(run, prepared);
    const job = name === null ? null : await workspaces.job(workspace, name);
    return job !== null && isOfOther(run, job) ? null : job;
  }

  /** Those that an endpoint has made, by what they were given. */
  async function listedJobs(run: AttemptedRun, { workspace, endpoint }: Prepared): Promise<readonly Job[]> {
    if (endpoint === null) return [];
    const since = new Date(Date.parse(run.attempt.requestedAt) - SKEW_MS);
    return ofAttempt(run, (await workspaces.jobs(workspace, since)) ?? []);
  }

  async function jobOf(run: AttemptedRun, prepared: Prepared): Promise<Job | null> {
    return (await namedJob(run, prepared)) ?? (await listedJobs(run, prepared))[0] ?? null;
  }

  const historyOf = async ({ workspace }: Prepared, job: Job): Promise<RunDetails | null> =>
    mayHaveRun(job) ? detailsOf(workspaces, workspace, job) : null;

  async function find(run: AttemptedRun): Promise<Observation> {
    const prepared = preparedOf(run.attempt);
    if (prepared === null) return absent(null);
    const job = await jobOf(run, prepared);
    const details = job === null ? null : await historyOf(prepared, job);
    return observationOf(run, { prepared, job, details, now: clock.now() });
  }

  /** Cancels those of the attempt that go on. @returns whether any may still run. */
  async function cancelAll(run: AttemptedRun): Promise<boolean> {
    const prepared = preparedOf(run.attempt);
    if (prepared === null) return false;
    const { acceptedAt, startedAt, finishedAt } = run.attempt;
    // The one on record is asked for by its name: the list is that of all who use the workspace, and late.
    const named = async () => [await namedJob(run, prepared)].filter((job) => job !== null);
    // An endpoint that was invoked twice has made another one.
    const others = async () => (await listedJobs(run, prepared)).filter(({ name }) => name !== nameOf(run, prepared));
    let isSeen = startedAt !== null || finishedAt !== null;
    const mayRun = await stopEach([named, others], async (look) => {
      const found = await look();
      isSeen ||= found.length > 0;
      return stopEach(found, (job) => mayRunAfterCancel(prepared, job));
    });
    return mayRun || (!isSeen && acceptedAt !== null && ageMs(acceptedAt, clock.now()) < APPEARS_MS);
  }

  /**
   * Cancels a job that goes on. One that has ended meanwhile cannot be cancelled; which status and words say so is not documented,
   * so it is looked at again.
   */
  async function mayRunAfterCancel(prepared: Prepared, job: Job): Promise<boolean> {
    const { workspace } = prepared;
    const { name } = job;
    if (isOver(job)) return outcomeOf(job) === null;
    try {
      await workspaces.cancel(workspace, name);
      return true;
    } catch (error) {
      if (!(error instanceof ExternalCallError) || error.failure !== 'refused') throw error;
      const seen = await workspaces.job(workspace, name);
      if (seen === null || outcomeOf(seen, await historyOf(prepared, seen)) !== null) return false;
      if (isOver(seen) || isInTransition(error)) return true;
      throw error;
    }
  }

  /**
   * What an error of the start itself means. An answer may have been lost, and a job of that name, which is there from an
   * earlier try, is refused where it would be changed: so it is looked for at once.
   */
  async function afterSending(run: AttemptedRun, prepared: Prepared, error: unknown): Promise<string | null> {
    if (!(error instanceof ExternalCallError)) throw error;
    const isOpen = error.failure === 'unavailable';
    if (isOpen || error.status === 400 || error.status === 409) {
      const seen = await jobOf(run, prepared);
      if (seen !== null) return seen.name;
    }
    // A job is there once, however often it is created; an endpoint makes another one each time.
    const wouldDouble = isOpen && prepared.endpoint !== null;
    throw new Refusal(meaningOf(error, refusedBy(prepared)), { mayArrive: isOpen, wouldDouble, cause: error });
  }

  /** What sends the start, once all is known that it needs. */
  async function startOf(
    run: AttemptedRun,
    { workspace }: Prepared,
    container: MachineLearning,
    signal: AbortSignal | undefined,
  ): Promise<() => Promise<string | null>> {
    const { work } = container;
    if (work.kind === 'command') {
      if (vaultUrl === undefined && Object.keys(container.secrets).length > 0) throw new Refusal(VAULT_IS_MISSING, {});
      const body = commandJobOf(run, container, work, { workspaceId: workspaces.idOf(workspace), vaultUrl });
      const name = attemptIdOf(run);
      return async () => {
        await workspaces.create(workspace, name, body, signal);
        return name;
      };
    }
    const { endpoint, deployment } = work;
    const found = await workspaces.endpoint(workspace, endpoint, signal);
    const scoringUri = scoringUriOf(found, { workspace, endpoint, isTrusted: workspaces.isTrusted });
    if (typeof scoringUri !== 'string') throw new Refusal(scoringUri, {});
    return () => workspaces.invoke({ scoringUri, endpoint, deployment }, invocationOf(run, work.inputs), signal);
  }

  async function note(container: MachineLearning): Promise<Json> {
    const { workspace, work } = container;
    const isKnown = work.kind === 'command';
    // Without it, the attempt has no price, and is started all the same.
    const compute = isKnown ? await workspaces.compute(workspace, work.compute, true).catch(nullIfUnasked) : null;
    return noteOf(container, compute);
  }

  return {
    price: priceOf,

    async prepare(run, model) {
      const container = containerOf(model, run.attempt);
      if (container.kind === 'machineLearning') return note(container);
      const before = preparedOf(run.attempt);
      if (before === null) throw ofOtherPlatform(model);
      return before;
    },

    prepareAhead: ({ container }: Entry) => (container.kind === 'machineLearning' ? note(container) : null),

    async start(run, model, { signal, checkLease }): Promise<Started> {
      const prepared = preparedOf(run.attempt);
      if (prepared === null) throw notPrepared();
      const container = containerOf(model, run.attempt);
      if (container.kind !== 'machineLearning') throw ofOtherPlatform(model);
      const send = await startOf(run, prepared, container, signal).catch((error: unknown) => {
        if (!(error instanceof ExternalCallError)) throw error;
        throw new Refusal(meaningOf(error, refusedBy(prepared)), { cause: error });
      });
      checkLease();
      const named = await send().catch((error: unknown) => afterSending(run, prepared, error));
      // It is accepted, whatever becomes of the look for its name.
      const execution = named ?? (await jobOf(run, prepared).catch(nullIfUnasked))?.name ?? null;
      return { execution, location: prepared.location };
    },

    find,

    async stop(run) {
      await cancelAll(run);
    },

    discard: (run) =>
      discardByStop(cancelAll(run), {
        couldNot: `The job ${run.attempt.execution ?? attemptIdOf(run)} could not be cancelled:`,
        remedyOf,
      }),

    keep: async () => null,
    isOwn: () => true,

    async log(run, signal) {
      const prepared = preparedOf(run.attempt);
      if (prepared === null || run.attempt.acceptedAt === null) return null;
      const job = await jobOf(run, prepared);
      return job === null ? null : readLog(workspaces, prepared.workspace, job, signal);
    },

    check: async ({ container }) =>
      container.kind === 'machineLearning' ? checkWork(workspaces, container, vaultUrl) : null,

    patience: () => ({
      appearMs: APPEARS_MS,
      startMs: START_MS,
      remedy: 'if it persists, look at the quota of the machine size, and at what else the cluster runs.',
    }),
    remedy: remedyOf,
  };
}

const refusedBy = (prepared: Prepared) => (error: ExternalCallError) => failureOfRefusal(error, prepared);
