// The containers: an attempt starts one, and no two run at the same time.

import type { StartRecord } from '../../../../local/emulators/resource-manager/history.ts';
import type { Attempt } from '../../app/record.ts';
import type { Observed } from '../observed.ts';
import { asked, attemptOf, hadLateStart, sharesItsGroup, short } from './common.ts';

export function oneStartAnAttempt(observed: Observed): string[] {
  if (sharesItsGroup(observed)) {
    const { length } = asked(observed.starts);
    return length > observed.attempts.length ? [`doubled: ${length} starts for ${observed.attempts.length} runs`] : [];
  }
  const { history } = observed;
  const found: string[] = [];
  const seen = new Set<Attempt>();
  for (const start of asked(observed.starts)) {
    const attempt = attemptOf(start, observed);
    if (attempt === undefined) {
      found.push(`group ${start.group} was started (${start.kind}) for an attempt that is on no record`);
      continue;
    }
    // Somebody deleted it before it was on record: that looks like a start that never came.
    if (history.byHand.some(({ what }) => what === 'delete')) continue;
    if (seen.has(attempt) && !hadLateStart(observed))
      found.push(`doubled: ${short(attempt)} was started twice (${start.kind})`);
    seen.add(attempt);
  }
  return found;
}

export function containersDoNotOverlap(observed: Observed): string[] {
  const { starts, deletions, history } = observed;
  // The emulator does not note the end of a container that was made to contradict its group.
  if (history.byHand.some(({ what }) => what === 'contradict')) return [];
  const spans = starts.flatMap((start) => {
    if (start.runningAt === undefined) return [];
    const until = start.endedAt ?? replacedAt(start, starts) ?? goneAt(start, deletions);
    return [{ start, attempt: attemptOf(start, observed), from: start.runningAt, until }];
  });
  const found: string[] = [];
  spans.forEach((one, index) => {
    for (const other of spans.slice(index + 1)) {
      if (one.start.group === other.start.group || one.attempt?.claim !== other.attempt?.claim) continue;
      if (one.until === undefined || other.from < one.until)
        found.push(`doubled: ${one.start.group} and ${other.start.group} ran at the same time`);
    }
  });
  return found;
}

/** A later start of the group, such as a repair, stops what ran in it. */
function replacedAt({ group, at }: StartRecord, starts: readonly StartRecord[]): Date | undefined {
  return starts.find((other) => other.group === group && other.at > at)?.at;
}

function goneAt({ group, at }: StartRecord, deletions: Observed['deletions']): Date | undefined {
  return deletions.find((deletion) => deletion.group === group && deletion.at >= at)?.at;
}
