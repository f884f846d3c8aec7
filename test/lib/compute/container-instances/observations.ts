// What the tests of observations share: groups in known states, and an observation in a few words.

import type { ObservedGroup } from '../../../../src/lib/compute/container-instances/group.ts';
import { observationOf } from '../../../../src/lib/compute/container-instances/observe.ts';
import { preparedOf } from '../../../../src/lib/compute/container-instances/prepared.ts';
import type { AttemptedRun, Observation } from '../../../../src/lib/compute/platform.ts';
import { containerOf, type Kind, later, modelOf, terminated } from '../../../support/runs.ts';

/** What a group shows of a run. */
export function observe(run: AttemptedRun, kind: Kind, seen: ObservedGroup | null): Observation {
  const prepared = preparedOf(run.attempt);
  if (prepared === null) throw new Error('These attempts are prepared.');
  return observationOf({ run, prepared, seen, model: modelOf(kind) });
}

/** What an observation comes to, in a few words. */
export function inWords({ phase, outcome, exitCode, isClear, trouble, progress }: Observation): string {
  return [
    phase,
    outcome,
    exitCode === null ? null : `exit ${exitCode}`,
    trouble?.failure,
    isClear ? null : 'unclear',
    progress === null ? null : '(busy)',
  ]
    .filter((word) => word != null)
    .join(' ');
}

export type Row = [name: string, seen: ObservedGroup | null, expected: string];

export const waiting = containerOf({ state: 'Waiting', startTime: null });
export const pending: Partial<ObservedGroup> = {
  provisioningState: 'Creating',
  state: 'Pending',
  container: waiting,
};
/** An end, and a start, before the attempt was prepared. */
export const older = { startTime: later(-3600) };
export const oldEnd = { state: 'Succeeded', container: terminated(0, older) };
