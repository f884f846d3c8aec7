// Calls that start something and fail once: the first of a model in a round.

import type { Fate } from '../world/fate.ts';
import { HOUR } from './draw.ts';
import type { ModelRound } from './model-round.ts';
import type { SeasonModel } from './models.ts';
import type { SeasonPlan } from './plan.ts';
import type { Span } from './rounds.ts';

const FATES: Readonly<Record<NonNullable<ModelRound['hiccup']>, Fate>> = {
  unavailable: { do: 'status', status: 503 },
  throttled: { do: 'status', status: 429, retryAfter: 2 },
  dropped: { do: 'refuse' },
  'answer lost': { do: 'lose-answer' },
};

/** @returns what happens to a start of this model now, where it is one that fails; then no other of its round does. */
export function hiccupsOf(plan: SeasonPlan): (model: SeasonModel, at: number) => Fate | null {
  const coming = new Map(
    plan.models.map((model) => [
      model.name,
      plan.roundsOf(model).flatMap((round): (Span & { readonly fate: Fate })[] => {
        const { hiccup } = plan.of(model, round);
        const [from, to] = [round.plannedOpen - HOUR, round.open.at(-1)?.to];
        return hiccup === null || to === undefined ? [] : [{ from, to, fate: FATES[hiccup] }];
      }),
    ]),
  );
  return ({ name }, at) => {
    const ofModel = coming.get(name) ?? [];
    const index = ofModel.findIndex(({ from, to }) => from <= at && at < to);
    return index < 0 ? null : (ofModel.splice(index, 1)[0]?.fate ?? null);
  };
}
