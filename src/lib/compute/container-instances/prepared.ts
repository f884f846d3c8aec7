// What the adapter notes on an attempt before anything is sent for it.

import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { Entry, ImageContainer, Tournament } from '../../config/models.ts';
import { documentedWindow } from '../../rounds/documented-hours.ts';
import type { Attempt } from '../../runs/attempt.ts';
import type { Failure } from '../../runs/failure.ts';
import type { Run } from '../../runs/run.ts';
import { containerOf } from '../container.ts';
import type { AttemptedRun } from '../platform.ts';
import type { ObservedGroup } from './group.ts';

const preparedSchema = z.union([
  /** A group to be created. */
  z.object({
    kind: z.literal('image'),
    group: z.string(),
    location: z.string(),
    /** Regions that have refused it since the run last waited. */
    tried: z.array(z.string()),
    /** Groups of it whose start was answered by an error, and did not show then. */
    unclear: z.array(z.string()),
    /** Whether Azure may take it away at any time. */
    isSpot: z.catch(z.boolean(), false),
  }),
  /** A group that exists. */
  z.object({
    kind: z.literal('group'),
    group: z.string(),
    /** When its container was started before this attempt, by Azure's clock; null: it never was. */
    lastStart: z.nullable(z.string()),
    /** When its newest event happened before this attempt, by Azure's clock; null: it shows none. */
    lastEvent: z.nullable(z.string()),
    /** Name of the container that submits; null where the group has none of the name that models.json gives. */
    container: z.nullable(z.string()),
    /** Names of all its containers. */
    names: z.array(z.string()),
  }),
]);
export type Prepared = z.infer<typeof preparedSchema>;

/** Reads the note of an attempt; null where there is none yet. */
export function preparedOf(attempt: Pick<Attempt, 'prepared'>): Prepared | null {
  const parsed = preparedSchema.safeParse(attempt.prepared);
  return parsed.success ? parsed.data : null;
}

/** The note for an existing group, which distinguishes a later start of it from an earlier one. */
export function prepareExisting(group: string, seen: ObservedGroup | null): Prepared {
  const times = (seen?.events ?? []).map(({ firstTimestamp, lastTimestamp }) => lastTimestamp ?? firstTimestamp);
  return {
    kind: 'group',
    group,
    lastStart: latest([seen?.container?.startTime, seen?.previous?.startTime]),
    lastEvent: latest(times),
    container: seen?.container?.name ?? null,
    names: seen?.names ?? [],
  };
}

function latest(times: readonly (Date | null | undefined)[]): string | null {
  const known = times.filter((time) => time != null).map((time) => time.getTime());
  return known.length === 0 ? null : new Date(Math.max(...known)).toISOString();
}

/** Runs that have different claims must not have the same name, and tournaments share their numbers. */
const LETTERS = {
  classic: { round: 'r', day: 'd' },
  signals: { round: 's', day: 'ds' },
  crypto: { round: 'c', day: 'dc' },
} as const satisfies Record<Tournament, object>;

/**
 * The note for a group to be created: in the region of the attempt before, or in the next one where that had trouble.
 * @param previous the attempt itself where its start was refused.
 * @param elsewhere whether it goes at once to a region where it was not tried yet.
 * @param installation the name of this one, if it has one.
 */
export function prepareCreated(
  run: AttemptedRun,
  { locations, priority }: ImageContainer,
  previous: Attempt | null,
  elsewhere: boolean,
  installation = '',
): Prepared {
  const before = previous === null ? null : preparedOf(previous);
  const same = previous?.number === run.attempt.number && before?.kind === 'image' ? before : null;
  const tried = same !== null && elsewhere ? [...same.tried, same.location] : [];
  const [location = ''] = ordered(locations, previous, same !== null).filter((each) => !tried.includes(each));
  // What was answered by an error may have been carried out after all: it is removed with the attempt.
  const isUnclear = location !== same?.location && previous?.failure === 'not-started';
  const unclear = same === null ? [] : [...new Set([...same.unclear, ...(isUnclear ? [same.group] : [])])];
  const group = groupName(run, locations.indexOf(location), installation);
  return { kind: 'image', group, location, tried, unclear, isSpot: priority === 'Spot' };
}

/** Whether a refused start may be tried at once in another region. */
export function hasUntried({ attempt }: AttemptedRun, model: Entry): boolean {
  const prepared = preparedOf(attempt);
  const container = containerOf(model, attempt);
  if (prepared?.kind !== 'image' || container.kind !== 'image') return false;
  return container.locations.some((each) => each !== prepared.location && !prepared.tried.includes(each));
}

/** Where the attempt is to run, for messages; null where its group has a place of its own. */
export function placeOf(attempt: Attempt): { readonly location: string | null } {
  const prepared = preparedOf(attempt);
  return { location: prepared?.kind === 'image' ? prepared.location : null };
}

/**
 * The name of the container group of an attempt: model, what is claimed, attempt, and a letter from the second region
 * on, since Azure refuses a name that was used in another region shortly before. At most 63 characters, since a
 * model's name has at most 36.
 */
function groupName({ attempt: { number }, ...run }: AttemptedRun, region: number, installation: string): string {
  const letter = region > 0 ? String.fromCharCode('a'.charCodeAt(0) + region) : '';
  return `${ownName(run.model, installation)}-${claimPart(run)}-a${number}${letter}`;
}

/**
 * Two installations may have models of the same name, and one resource group for both; a start under the name of a group
 * that is there would change that one.
 */
function ownName(model: string, installation: string): string {
  if (installation === '') return model;
  const mark = createHash('sha256').update(`${installation} ${model}`).digest('hex').slice(0, 5);
  return `${model.slice(0, 30).replace(/-+$/, '')}-${mark}`;
}

/** What sets the runs of a model apart; at most 22 characters. */
function claimPart({ tournament, round, requestedAt, scheduledFor, isTest, id }: Omit<Run, 'attempt'>): string {
  const digits = (time: string, count: number) => time.replace(/\D/g, '').slice(0, count);
  // There may be many tests of a round, and of a job what somebody asks for: a part of the id sets them apart.
  const own = id.slice(-8).toLowerCase();
  if (tournament === null) return scheduledFor === null ? `j${own}` : `j${digits(scheduledFor, 12)}`;
  const letters = LETTERS[tournament];
  if (isTest)
    return `${round === null ? `${letters.day}${digits(requestedAt, 8)}` : `${letters.round}${round}`}-t${own}`;
  if (round !== null) return `${letters.round}${round}`;
  // The run of a day that was asked for outside of the documented hours does not hold it in them.
  const isInHours = documentedWindow(new Date(requestedAt)) !== null;
  return `${letters.day}${digits(requestedAt, isInHours ? 8 : 10)}`;
}

/** What another region may do better. */
const FAILURES_OF_LOCATION: readonly (Failure | null)[] = ['no-capacity', 'quota', 'provisioning'];

/**
 * The model's regions from the one that the attempt before used; from the next one where that had trouble.
 * @param isSame whether it is the same attempt, whose start did not arrive: where nobody answered is left as well.
 */
function ordered(locations: readonly string[], previous: Attempt | null, isSame: boolean): readonly string[] {
  const before = previous === null ? null : preparedOf(previous);
  const used = previous?.location ?? (before?.kind === 'image' ? before.location : undefined);
  const index = locations.indexOf(used ?? '');
  if (index < 0) return locations;
  const failure = previous?.failure ?? null;
  const hadTrouble = FAILURES_OF_LOCATION.includes(failure) || (isSame && failure === 'not-started');
  const first = hadTrouble ? (index + 1) % locations.length : index;
  return [...locations.slice(first), ...locations.slice(0, first)];
}

/** Name of the container that submits in an existing group; null: the usual one. */
export function submitterOf(prepared: Prepared, model: Entry | undefined): string | null {
  if (prepared.kind === 'image') return null;
  return prepared.container ?? (model?.container.kind === 'group' ? model.container.container : null);
}
