// A round is free, but its day is claimed: by a run that did not know its round, or for another round.

import { hasEnded, type Run, withTriggerId } from '../runs/run.ts';
import type { InFlightIndex, RunStore } from '../runs/stores.ts';
import { dayRunCovers } from './policy.ts';
import { type Claimed, type ClaimInput, type Proposal, writeClaimed } from './proposal.ts';

/** @returns null where the rows changed in between, and another look is needed. */
export async function resolveDay(
  { runs, inFlight }: { readonly runs: RunStore; readonly inFlight: Pick<InFlightIndex, 'markOutdated'> },
  { model, opening, knowledge, force, signal }: ClaimInput,
  { run, own, alias: day }: Proposal,
): Promise<Claimed | null> {
  const claim = day === null ? null : await runs.getClaim(model.name, day, signal);
  if (claim === null || day === null || run.round === null) return null;
  const dayRun = await runs.get(model.name, claim.value, signal);
  // A run that has started already is not for a round that is still to open.
  const mayCover = opening === null && dayRun !== null && dayRun !== 'unreadable';
  const openTime = knowledge.kind === 'round' ? knowledge.openTime : undefined;
  if (mayCover && dayRunCovers(dayRun.value, run.round, openTime)) {
    // From now on it is the run of this round.
    const adopted: Run = {
      ...dayRun.value,
      ...withTriggerId(dayRun.value, run.triggerId),
      round: run.round,
      claim: own,
    };
    if (hasEnded(adopted) && dayRun.value.round === null) await inFlight.markOutdated(model.name, signal);
    const written = await writeClaimed(
      runs,
      adopted,
      [
        { do: 'update-run', run: adopted, known: dayRun },
        { do: 'insert-claim', key: own, runId: adopted.id },
      ],
      signal,
    );
    // A force is decided on the round's own claim, which there is now.
    return written === null || force ? null : { ...written, duplicate: true };
  }
  return writeClaimed(
    runs,
    run,
    [
      { do: 'insert-run', run },
      { do: 'insert-claim', key: own, runId: run.id },
      { do: 'update-claim', key: day, runId: run.id, etag: claim.etag },
    ],
    signal,
  );
}
