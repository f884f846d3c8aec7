// Azure Container Apps behind the compute port: a job that exists, one execution for each attempt. Executions stay in the
// history of the job; nothing is to be removed.

import * as z from 'zod/mini';
import type { Attempt } from '../../runs/attempt.ts';
import { ageMs, type Clock } from '../../util/clock.ts';
import { AppError } from '../../util/errors.ts';
import { ExternalCallError } from '../../util/external-call.ts';
import { quote } from '../../util/quote.ts';
import { containerOf } from '../container.ts';
import {
  type AttemptedRun,
  absent,
  LOG_ELSEWHERE,
  notPrepared,
  type Observation,
  ofOtherPlatform,
  type Platform,
  Refusal,
} from '../platform.ts';
import { meaningOf, nullIfUnasked } from '../refusals.ts';
import { discardByStop, isInTransition, stopEach } from '../stopping.ts';
import { failureOfRefusal, missing, remedyOf, remedyOfLog } from './failures.ts';
import { checkJob } from './health.ts';
import { observationOf, outcomeOf, ownExecutions } from './observe.ts';
import { priceOf } from './price.ts';
import type { Jobs } from './resource-manager.ts';
import { templateOf } from './template.ts';

const MINUTE_MS = 60_000;

/** Until then after its start was accepted, the list of executions may not have one yet. */
const APPEARS_MS = 5 * MINUTE_MS;
/** Until then after an end, lines may still be on their way to Log Analytics; and where there are none yet, longer. */
const LOG_ARRIVES_MS = 3 * MINUTE_MS;
const LOG_IS_LATE_MS = 8 * MINUTE_MS;

export interface AdapterDependencies {
  readonly jobs: Jobs;
  /** Resource id of the Log Analytics workspace of the jobs; undefined: nobody knows it. */
  readonly logWorkspace: string | undefined;
  readonly clock: Clock;
}

/** What is noted before anything is sent: later looks go to that job. Its template may hold what nobody may read here. */
const preparedSchema = z.object({ job: z.string() });

function preparedOf({ prepared }: Attempt): string | null {
  return preparedSchema.safeParse(prepared).data?.job ?? null;
}

/** Makes the adapter. */
export function createContainerApps({ jobs, logWorkspace, clock }: AdapterDependencies): Platform {
  async function look(run: AttemptedRun, signal?: AbortSignal): Promise<Observation> {
    const job = preparedOf(run.attempt);
    return job === null ? absent(null) : observationOf(run, job, await jobs.executions(job, signal));
  }

  /**
   * Asks those of the attempt that have not ended to stop; also the one on record where it is not listed yet.
   * @returns whether any may still run.
   */
  async function stopAll(run: AttemptedRun): Promise<boolean> {
    const { execution, acceptedAt, finishedAt } = run.attempt;
    const job = preparedOf(run.attempt);
    const all = job === null ? null : await jobs.executions(job);
    if (job === null || all === null) return false;
    const own = ownExecutions(run, all);
    const open = own.filter((each) => outcomeOf(each) === null).map(({ name }) => name);
    const isUnlisted = finishedAt === null && own.every(({ name }) => name !== execution);
    const unlisted = isUnlisted && execution !== null ? [execution] : [];
    const isAccepted = await stopEach([...open, ...unlisted], (name) => jobs.stop(job, name));
    if (open.length > 0 || isAccepted) return true;
    return isUnlisted && own.length === 0 && acceptedAt !== null && ageMs(acceptedAt, clock.now()) < APPEARS_MS;
  }

  /** The same, where Azure may refuse it: what has ended meanwhile need not be stopped, and what is in transition is seen later. */
  async function stopOrSee(run: AttemptedRun): Promise<boolean> {
    try {
      return await stopAll(run);
    } catch (error) {
      if (!(error instanceof ExternalCallError) || error.failure !== 'refused') throw error;
      const { phase, goesOn } = await look(run);
      if (phase === 'ended' && !goesOn) return false;
      if (isInTransition(error)) return true;
      throw error;
    }
  }

  /** The name of what a start has made, where it is known. An answer that was lost is looked for at once. */
  async function begun(
    run: AttemptedRun,
    job: string,
    sending: Promise<string | null>,
    signal: AbortSignal | undefined,
  ): Promise<string | null> {
    try {
      // It is accepted, whether it can be seen yet or not.
      return (await sending) ?? (await look(run, signal).catch(nullIfUnasked))?.execution ?? null;
    } catch (error) {
      if (!(error instanceof ExternalCallError)) throw error;
      const isOpen = error.failure === 'unavailable';
      const seen = isOpen ? await look(run, signal) : null;
      if (seen !== null && seen.phase !== 'absent') return seen.execution;
      throw new Refusal(meaningOf(error, refusedBy(job)), { mayArrive: isOpen, wouldDouble: isOpen, cause: error });
    }
  }

  return {
    price: priceOf,

    async prepare(run, model) {
      const container = containerOf(model, run.attempt);
      if (container.kind === 'containerAppsJob') return { job: container.job };
      const before = preparedOf(run.attempt);
      if (before === null) throw ofOtherPlatform(model);
      return { job: before };
    },

    prepareAhead: () => null,

    async start(run, model, { signal, checkLease }) {
      const name = preparedOf(run.attempt);
      if (name === null) throw notPrepared();
      const container = containerOf(model, run.attempt);
      if (container.kind !== 'containerAppsJob') throw ofOtherPlatform(model);
      const job = await jobs.get(name, signal).catch((error: unknown) => {
        if (!(error instanceof ExternalCallError)) throw error;
        throw new Refusal(meaningOf(error, refusedBy(name)), { cause: error });
      });
      if (job === null) throw new Refusal(missing(name), {});
      checkLease();
      const body = templateOf(run, container, job.template);
      const execution = await begun(run, name, jobs.start(name, body, signal), signal);
      return { execution, location: job.location };
    },

    find: (run) => look(run),

    async stop(run) {
      await stopOrSee(run);
    },

    discard: (run) =>
      discardByStop(stopOrSee(run), {
        couldNot: `The execution ${run.attempt.execution ?? 'of this attempt'} could not be stopped:`,
        remedyOf,
      }),

    keep: async () => null,
    isOwn: () => true,

    async log({ attempt }, signal) {
      const job = preparedOf(attempt);
      const { requestedAt, acceptedAt, execution, finishedAt } = attempt;
      if (job === null || acceptedAt === null) return null;
      const lookThere = `Look there for ${execution ?? job}: https://portal.azure.com/#@/resource${jobs.idOf(job)}/executionHistory`;
      if (logWorkspace === undefined)
        return `[the app] Container Apps keep logs in the Log Analytics workspace of their environment only. ${lookThere}\n`;
      // It is known once it has been seen.
      if (execution === null) return null;
      const log = await jobs.log(logWorkspace, execution, requestedAt, signal).catch((error: unknown) => {
        if (!(error instanceof ExternalCallError) || error.failure !== 'refused') throw error;
        const what = `The Log Analytics workspace of its job does not give the app its log: ${quote(error.message)}`;
        throw new AppError(LOG_ELSEWHERE, `${what} ${remedyOfLog(error)} ${lookThere}`, { cause: error });
      });
      if (finishedAt === null) return log.text;
      const arrivesMs = log.text === '' ? LOG_IS_LATE_MS : LOG_ARRIVES_MS;
      if (ageMs(finishedAt, clock.now()) < arrivesMs)
        throw new AppError(LOG_ELSEWHERE, `Its log is still on its way to Log Analytics. ${lookThere}`);
      if (log.isPartBecause === null) return log.text;
      return `${log.text}[the app] Log Analytics gave only a part of this log: ${quote(log.isPartBecause)} ${lookThere}\n`;
    },

    async check({ container, timeoutMinutes }) {
      return container.kind === 'containerAppsJob'
        ? checkJob(container, await jobs.get(container.job), timeoutMinutes)
        : null;
    },

    patience: () => ({
      appearMs: APPEARS_MS,
      startMs: 30 * MINUTE_MS,
      remedy: 'if it persists, look at the execution history of the job, or make its image smaller.',
    }),
    remedy: remedyOf,
  };
}

const refusedBy = (job: string) => (error: ExternalCallError) => failureOfRefusal(error, job);
