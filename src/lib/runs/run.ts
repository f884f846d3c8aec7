// A run: one attempt to make a submission for a model and a round. What it is, and what follows from it.

import type { Model, Tournament } from '../config/models.ts';

export const RUN_STATES = [
  'requested',
  'starting',
  'running',
  'succeeded',
  'failed',
  'timed_out',
  'cancelled',
] as const;
export type RunState = (typeof RUN_STATES)[number];
export type EndState = Extract<RunState, 'succeeded' | 'failed' | 'timed_out' | 'cancelled'>;

export const TRIGGERS = ['webhook', 'timer', 'operator', 'retry'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** What Numerai says of the run's submission. */
export const SUBMISSIONS = ['unknown', 'pending', 'accepted', 'missing', 'late'] as const;
export type Submission = (typeof SUBMISSIONS)[number];

/** Why a run did not succeed; decides whether another attempt is worth it. */
export const FAILURES = [
  'exit-code',
  'out-of-memory',
  'image',
  'no-capacity',
  'quota',
  'provisioning',
  'not-started',
  'timeout',
  'missing-submission',
  'secret',
  'configuration',
  'stopped-outside',
  'cancelled',
  'round-missed',
] as const;
export type Failure = (typeof FAILURES)[number];

/** Someone asked for the container group to be stopped; the watcher sees it through. */
export interface StopRequest {
  readonly because: 'timeout' | 'operator' | 'image';
  /** ISO 8601. */
  readonly at: string;
}

/** The record of a run. Times are ISO 8601 in UTC. */
export interface Run {
  readonly id: string;
  readonly model: string;
  readonly tournament: Tournament;
  /** Null while nobody knows it. */
  readonly round: number | null;
  readonly attempt: number;
  readonly trigger: Trigger;
  readonly triggerId: string | null;
  readonly isTest: boolean;
  readonly state: RunState;
  /** One plain sentence for a person, or null where there is nothing to say. */
  readonly reason: string | null;
  readonly submission: Submission;
  readonly containerGroup: string | null;
  readonly location: string | null;
  readonly exitCode: number | null;
  readonly requestedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;

  /** Row key of the claim that this run holds or held. */
  readonly claim: string;
  /** The attempt before this one, where this is a retry or was forced. */
  readonly previousRunId: string | null;
  /** Automatic attempts that may still follow a failure. */
  readonly retriesLeft: number;
  readonly failure: Failure | null;
  /** Until then the start belongs to whoever took the lease; null once the start was accepted. */
  readonly leaseUntil: string | null;
  /** When Resource Manager accepted the start. */
  readonly acceptedAt: string | null;
  /**
   * When the container of an existing group had started before, by Azure's clock: tells an old run of it
   * from ours. Null while it has not been looked up; no start is sent before it has.
   */
  readonly priorContainerStart: string | null;
  /** Which of the model's locations the start tries first. */
  readonly locationIndex: number;
  readonly stopRequest: StopRequest | null;
  /** When the watcher first saw that the container had ended. */
  readonly endSeenAt: string | null;
  readonly submittedAt: string | null;
  /** Why it was started as it was, such as by the fallback; the reason once there is nothing else to say. */
  readonly startNote: string | null;
  readonly cpu: number | null;
  readonly memoryGB: number | null;
  /** Whether the app made the container group, and so removes it. */
  readonly ownsGroup: boolean;
}

const END_STATES: ReadonlySet<RunState> = new Set<RunState>([
  'succeeded',
  'failed',
  'timed_out',
  'cancelled',
]);

/** Whether the run is in a state that it never leaves. */
export function hasEnded(run: Pick<Run, 'state'>): boolean {
  return END_STATES.has(run.state);
}

/** Whether the round is taken care of: the run is under way, or it brought the submission in. */
export function holdsRound(run: Pick<Run, 'state'>): boolean {
  return !hasEnded(run) || run.state === 'succeeded';
}

/**
 * Whether the run brought a submission in on time, as far as can be known: a model that Numerai cannot be
 * asked about has `unknown`.
 */
export function isGood(run: Pick<Run, 'state' | 'submission'>): boolean {
  return (
    run.state === 'succeeded' && (run.submission === 'accepted' || run.submission === 'unknown')
  );
}

/** How long the container ran, in seconds; null before it ended. */
export function durationSeconds(run: Pick<Run, 'startedAt' | 'finishedAt'>): number | null {
  if (run.startedAt === null || run.finishedAt === null) return null;
  return Math.max(0, (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000);
}

/**
 * List prices in US dollars of Azure Container Instances, pay as you go, East US, Linux.
 * https://azure.microsoft.com/pricing/details/container-instances/
 */
const PRICE_USD = { vCpuHour: 0.0405, gigabyteHour: 0.00445 } as const;

/** What the container cost at list price, in US dollars; null where its size or duration is not known. */
export function costUsd(
  run: Pick<Run, 'startedAt' | 'finishedAt' | 'cpu' | 'memoryGB'>,
): number | null {
  const seconds = durationSeconds(run);
  if (seconds === null || run.cpu === null || run.memoryGB === null) return null;
  const perHour = run.cpu * PRICE_USD.vCpuHour + run.memoryGB * PRICE_USD.gigabyteHour;
  return Math.round(((perHour * seconds) / 3600) * 1e6) / 1e6;
}

/**
 * The name of the container group that the app creates for a run: model, what is claimed, attempt.
 * At most 63 characters, since a model's name has at most 36.
 */
function containerGroupName(
  run: Pick<Run, 'id' | 'model' | 'round' | 'isTest' | 'attempt' | 'requestedAt' | 'claim'>,
): string {
  const day = run.requestedAt.slice(0, 10).replaceAll('-', '');
  // What two claims can hold at once must not have the same name.
  const unknown = run.claim.startsWith('claim_closed_') ? `c${day}` : `d${day}`;
  const of = run.round === null ? unknown : `r${run.round}`;
  // Test runs have claims of their own, and may be many a round: a part of the id sets them apart.
  const tail = run.isTest ? `-t${run.id.slice(-8).toLowerCase()}` : '';
  return `${run.model}-${of}${tail}-a${run.attempt}`;
}

/** What a new run is made from. */
export interface RunRequest {
  readonly id: string;
  readonly model: Model;
  readonly round: number | null;
  readonly trigger: Trigger;
  readonly triggerId: string | null;
  readonly isTest: boolean;
  readonly reason: string | null;
  readonly claim: string;
  readonly now: Date;
  readonly leaseUntil: Date;
  /** When an existing group's container last started before this run; null where that is not known. */
  readonly priorContainerStart?: string | null;
}

/** The record of a first attempt, as it is written before anything is started. */
export function newRun(request: RunRequest): Run {
  const { model } = request;
  const created = model.container.kind === 'image' ? model.container : null;
  const requestedAt = request.now.toISOString();
  const draft = {
    id: request.id,
    model: model.name,
    round: request.round,
    isTest: request.isTest,
    attempt: 1,
    requestedAt,
    claim: request.claim,
  };
  return {
    ...draft,
    tournament: model.tournament,
    trigger: request.trigger,
    triggerId: request.triggerId,
    state: 'requested',
    reason: request.reason,
    submission: 'unknown',
    containerGroup:
      model.container.kind === 'group' ? model.container.group : containerGroupName(draft),
    location: null,
    exitCode: null,
    startedAt: null,
    finishedAt: null,
    previousRunId: null,
    retriesLeft: request.isTest ? 0 : model.maxAttempts - 1,
    failure: null,
    leaseUntil: request.leaseUntil.toISOString(),
    acceptedAt: null,
    priorContainerStart: request.priorContainerStart ?? null,
    locationIndex: 0,
    stopRequest: null,
    endSeenAt: null,
    submittedAt: null,
    startNote: request.reason,
    cpu: created?.cpu ?? null,
    memoryGB: created?.memoryGB ?? null,
    ownsGroup: created !== null,
  };
}

/** What another location may do better. */
const FAILURES_OF_LOCATION: ReadonlySet<Failure> = new Set<Failure>([
  'no-capacity',
  'quota',
  'provisioning',
]);

/**
 * The next attempt for the same claim, after `previous` ended without a submission. A container group's
 * old start is remembered, and after trouble with a location another one comes first.
 */
export function nextAttempt(previous: Run, request: RunRequest): Run {
  const run = newRun(request);
  const locations =
    request.model.container.kind === 'image' ? request.model.container.locations.length : 1;
  const attempt = previous.attempt + 1;
  const next: Run = {
    ...run,
    attempt,
    previousRunId: previous.id,
    retriesLeft:
      request.trigger === 'retry' ? Math.max(0, previous.retriesLeft - 1) : run.retriesLeft,
    priorContainerStart:
      run.priorContainerStart ?? previous.startedAt ?? previous.priorContainerStart,
    locationIndex:
      previous.failure !== null && FAILURES_OF_LOCATION.has(previous.failure)
        ? (previous.locationIndex + 1) % Math.max(1, locations)
        : previous.locationIndex % Math.max(1, locations),
  };
  return next.ownsGroup ? { ...next, containerGroup: containerGroupName(next) } : next;
}
