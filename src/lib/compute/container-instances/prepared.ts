// What the adapter notes on an attempt before anything is sent for it.

import * as z from 'zod/mini';
import type { ImageContainer, Model } from '../../config/models.ts';
import type { Attempt } from '../../runs/attempt.ts';
import type { Failure } from '../../runs/failure.ts';
import type { Run } from '../../runs/run.ts';
import type { ObservedGroup } from './group.ts';

const preparedSchema = z.union([
  /** A group to be created. */
  z.object({
    kind: z.literal('image'),
    group: z.string(),
    /** Regions, in the order in which they are tried. */
    locations: z.array(z.string()),
  }),
  /** A group that exists. */
  z.object({
    kind: z.literal('group'),
    group: z.string(),
    /** When its container was started before this attempt, by Azure's clock; null: it never was. */
    lastStart: z.nullable(z.string()),
    /** Name of its container; null where it shows none. */
    container: z.nullable(z.string()),
  }),
]);
export type Prepared = z.infer<typeof preparedSchema>;

/** Reads the note of an attempt; null where there is none yet. */
export function preparedOf(attempt: Attempt): Prepared | null {
  const parsed = preparedSchema.safeParse(attempt.prepared);
  return parsed.success ? parsed.data : null;
}

/** The note for an existing group, which distinguishes a later start of it from an earlier one. */
export function prepareExisting(group: string, seen: ObservedGroup | null): Prepared {
  return {
    kind: 'group',
    group,
    lastStart: seen?.container?.startTime?.toISOString() ?? null,
    container: seen?.container?.name ?? null,
  };
}

/** The note for a group to be created. */
export function prepareCreated(
  run: Run,
  model: Model,
  container: ImageContainer,
  number: number,
  previous: Attempt | null,
): Prepared {
  return {
    kind: 'image',
    group: groupName(run, model, number),
    locations: locationsFor(container.locations, previous),
  };
}

/** Runs that have different claims must not have the same name, and tournaments share their numbers. */
const LETTERS = {
  classic: { round: 'r', day: 'd' },
  signals: { round: 's', day: 'ds' },
  crypto: { round: 'c', day: 'dc' },
} as const satisfies Record<Run['tournament'], object>;

/**
 * The name of the container group of an attempt: model, what is claimed, attempt. At most 63 characters, since
 * a model's name has at most 36.
 */
function groupName(run: Run, model: Model, number: number): string {
  const day = run.requestedAt.slice(0, 10).replaceAll('-', '');
  const { round, day: unknown } = LETTERS[run.tournament];
  const of = run.round === null ? `${unknown}${day}` : `${round}${run.round}`;
  // There may be many tests of a round: a part of the id sets them apart.
  const test = run.isTest ? `-t${run.id.slice(-8).toLowerCase()}` : '';
  return `${model.name}-${of}${test}-a${number}`;
}

/** What another region may do better. */
const FAILURES_OF_LOCATION: readonly (Failure | null)[] = ['no-capacity', 'quota', 'provisioning'];

/** The model's regions from the one that the attempt before used; from the next one where that had trouble. */
function locationsFor(locations: readonly string[], previous: Attempt | null): string[] {
  const before = previous === null ? null : preparedOf(previous);
  const used = previous?.location ?? (before?.kind === 'image' ? before.locations[0] : undefined);
  const index = locations.indexOf(used ?? '');
  if (index < 0) return [...locations];
  const hadTrouble = FAILURES_OF_LOCATION.includes(previous?.failure ?? null);
  const first = hadTrouble ? (index + 1) % locations.length : index;
  return [...locations.slice(first), ...locations.slice(0, first)];
}
