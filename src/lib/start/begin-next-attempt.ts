// From a run that waits to its next attempt. What is left of the attempt before must not run any more; then the
// run moves on in its own row, and its ETag decides who starts.

import { containerOf, sizeOf, slotsOfAttempt } from '../compute/container.ts';
import { versionsSoon } from '../compute/given-secrets.ts';
import { type AttemptedRun, hasAttempt, type NotRemoved } from '../compute/platform.ts';
import type { Entry } from '../config/models.ts';
import { type Attempt, newAttempt } from '../runs/attempt.ts';
import { slotsOf } from '../runs/new-run.ts';
import { costUsd, type Run, USUAL_MAX_ATTEMPTS } from '../runs/run.ts';
import { alignedSlots, unproven, withSlots } from '../runs/slots.ts';
import type { RunWrite, Stored } from '../runs/stores.ts';
import { discardBeforeNext } from './discard.ts';
import { nothingLeft } from './nothing-left.ts';
import { type StartAttemptOptions, type StartDependencies, startAttempt } from './start-attempt.ts';
import { isToBeKept } from './to-be-kept.ts';

/**
 * Begins the next attempt of a run in the state `waiting`, and starts it.
 * @returns the run; still `waiting` where the attempt before is being removed, ended where nothing is left to be submitted.
 * @throws {StaleRunError} where another instance moved the run on; {@link NotRemoved} where the attempt before may still
 * run and cannot be removed; ExternalCallError where Azure cannot be asked.
 */
export async function beginNextAttempt(
  dependencies: StartDependencies,
  stored: Stored<Run>,
  model: Entry,
  options: StartAttemptOptions = {},
): Promise<Stored<Run>> {
  const { runs } = dependencies;
  const run = stored.value;
  const done = nothingLeft(run, model, dependencies.clock.now());
  if (done !== null) return runs.update(stored, done);
  // What is kept is there still, and is looked at once more.
  const mayRun = hasAttempt(run) && (!run.attempt.isDiscarded || isToBeKept(run, model));
  if (mayRun && (await discardBeforeNext(dependencies, run, model)) === 'going') return stored;
  const next = await withNextAttempt(dependencies, run, model);
  const writes: RunWrite[] = [
    { do: 'update-run', run: next, known: stored },
    ...(run.attempt === null ? [] : [{ do: 'keep-attempt', runId: run.id, attempt: run.attempt } satisfies RunWrite]),
  ];
  const etag = await runs.write(run.model, writes);
  dependencies.log.info(
    { model: run.model, runId: run.id, attempt: next.attempt.number, round: run.round },
    'next attempt recorded',
  );
  return startAttempt(dependencies, { value: next, etag: etag ?? '' }, model, options);
}

async function withNextAttempt(
  { clock, platform, secrets }: StartDependencies,
  run: Run,
  model: Entry,
): Promise<AttemptedRun> {
  const lastResort = run.lastResortNext && model.lastResort !== null;
  // Somebody may have fixed models.json meanwhile.
  const aligned = withUnproven({ ...run, ...withSlots(alignedSlots(run.slots, slotsOf(model))) }, model);
  const attempt: Attempt = newAttempt({
    number: (run.attempt?.number ?? 0) + 1,
    platform: platform.nameFor(model, lastResort),
    previousFailure: run.attempt?.failure ?? null,
    lastResort,
    slots: slotsOfAttempt(aligned, model, lastResort),
    ...sizeOf(model, { lastResort, previous: run.attempt }),
    prepared: null,
    now: clock.now(),
  });
  const next = {
    ...aligned,
    state: 'starting',
    reason: run.startNote,
    waitingFor: null,
    nextAttemptAt: null,
    lastResortNext: false,
    earlierCostUsd: costUsd(run),
    attempt,
  } as const;
  const [prepared, secretVersions] = await Promise.all([
    platform.prepare(next, model, run.attempt),
    versionsSoon({ secrets, clock }, containerOf(model, attempt)),
  ]);
  return { ...next, attempt: { ...attempt, prepared, secretVersions: [...secretVersions] } };
}

/** For the last attempt, what nobody can say counts as missing: one submission too many is harmless, and none is not. */
function withUnproven(run: Run, { maxAttempts }: Entry): Run {
  if (run.countedFailures < (maxAttempts ?? USUAL_MAX_ATTEMPTS) - 1) return run;
  const open = new Set(unproven(run));
  return { ...run, slots: run.slots.map((slot) => (open.has(slot) ? { ...slot, submission: 'missing' } : slot)) };
}
