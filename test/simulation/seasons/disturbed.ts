// What disturbed a model's round, as far as it could: for the causes in tables, and for how many there are.

import { HOUR, MINUTE } from './draw.ts';
import { type SeasonModel, THROTTLED_REGISTRY } from './models.ts';
import type { Outage } from './outages.ts';
import type { SeasonPlan } from './plan.ts';
import type { Disturbance } from './rates.ts';
import type { PlannedRound } from './rounds.ts';

const BEFORE_MS = 5 * MINUTE;
/** What comes later in the long round of the weekend finds the round done. */
const AFTER_MS = 2 * HOUR;

export function outagesFor(
  { outages }: Pick<SeasonPlan, 'outages'>,
  model: SeasonModel,
  { open, plannedOpen }: PlannedRound,
): readonly Outage[] {
  const from = (open[0]?.from ?? plannedOpen) - BEFORE_MS;
  const to = Math.min(open.at(-1)?.to ?? plannedOpen, from + AFTER_MS);
  return outages.filter((outage) => outage.from < to && outage.to > from && concerns(outage, model));
}

function concerns({ kind, region }: Outage, { kind: container, locations, image }: SeasonModel): boolean {
  if (region !== null && !locations.includes(region)) return false;
  switch (kind) {
    case 'quota':
    case 'key-vault':
    case 'role-vault':
      return container === 'image';
    case 'registry':
      return image.startsWith(THROTTLED_REGISTRY);
    default:
      return true;
  }
}

/** Each kind once. */
export function disturbancesOf(plan: SeasonPlan, model: SeasonModel, round: PlannedRound): readonly Disturbance[] {
  return [
    ...new Set([
      ...round.disturbances,
      ...outagesFor(plan, model, round).map(({ kind }) => kind),
      ...plan.of(model, round).disturbances,
    ]),
  ];
}
