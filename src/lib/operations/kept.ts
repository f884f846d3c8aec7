// Which attempts are kept, to be looked at.

import type { InFlightIndex, Kept, RunRecord } from '../runs/stores.ts';
import { TIMING } from '../runs/timing.ts';
import { ageMs, type Clock } from '../util/clock.ts';

/** From the end of an attempt on: it is kept within an hour, and its removal may take one more. */
const LONGEST_MS = TIMING.keptMs + 2 * TIMING.clearingMs;

/** What is kept of these runs. Asks only where something may be: after a day, nothing is. */
export async function readKept(
  { inFlight, clock }: { readonly inFlight: InFlightIndex; readonly clock: Clock },
  records: readonly RunRecord[],
): Promise<readonly Kept[]> {
  const now = clock.now();
  const isRecent = (time: string | null | undefined) => time != null && ageMs(time, now) <= LONGEST_MS;
  const mayBe = records.some(({ run, earlier }) =>
    [...earlier, run.attempt].some((attempt) => attempt?.failure != null && isRecent(attempt.finishedAt)),
  );
  return mayBe ? (await inFlight.read()).kept : [];
}

/** What is kept of one attempt; null where nothing is. */
export function keptOf(kept: readonly Kept[], runId: string, attempt: number): Kept | null {
  return kept.find((one) => one.runId === runId && one.attempt === attempt) ?? null;
}
