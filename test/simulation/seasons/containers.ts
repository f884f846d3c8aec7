// What a participant's image does, and what goes wrong in it, at the first attempt for a round.

import type { SimulatedRun, SimulatedRuntime } from '../../../local/containers/simulated.ts';
import type { NumeraiEmulator } from '../../../local/emulators/numerai/numerai.ts';
import { TOURNAMENTS } from '../../../local/emulators/numerai/schedules.ts';
import { kindFor, type SeasonModel } from './models.ts';
import { DAY, type Kind, MINUTE, type Plan } from './scenarios.ts';

/** How long a container that is too slow needs: over an hour. */
const SLOW_MS = 75 * MINUTE;

/** A container that hangs is noticed by its owner the day after, where nobody else stops it. */
const NOTICED_MS = DAY;

/** Faults that leave the container whole, and after which there is time for a second attempt. */
const BEFORE_THE_CONTAINER: ReadonlySet<Kind> = new Set<Kind>([
  'opens late',
  'closes late',
  'webhook never comes',
  'webhook comes twice',
  'webhook comes late',
  'webhook before the opening',
]);

interface Scene {
  readonly numerai: NumeraiEmulator;
  readonly models: readonly SeasonModel[];
  readonly plan: Plan;
  /** Whether a fault of the container comes on top of another. */
  readonly troubled: boolean;
}

export function containersOf(scene: Scene): SimulatedRuntime['behaviour'] {
  const { numerai, models, plan, troubled } = scene;
  const attempts = new Map<string, number>();
  return ({ env }): SimulatedRun => {
    const model = models.find(({ id }) => id === env.MODEL_ID);
    if (model === undefined) throw new Error('A container without MODEL_ID.');
    const round = numerai.rounds.current(TOURNAMENTS[model.tournament]);
    const workMs = plan.workMs(model.index);
    // No round: the program fails when it asks for the data.
    if (round === null) return { endsAfter: 5000, exitCode: 1 };
    const key = `${model.name} ${round.number}`;
    const attempt = (attempts.get(key) ?? 0) + 1;
    attempts.set(key, attempt);
    const submit = (): void => {
      numerai.submit({
        modelId: model.id,
        round: round.number,
        triggerId: env.TRIGGER_ID ?? null,
      });
    };
    const first = kindFor(plan.kind(model.index, round), model);
    const kind =
      troubled && BEFORE_THE_CONTAINER.has(first)
        ? kindFor(plan.secondFault(model.index, round) ?? first, model)
        : first;
    const done: SimulatedRun = { steps: [{ after: workMs, effect: submit, line: 'Submitted.' }] };
    if (kind === 'container submits late') return { steps: [{ after: SLOW_MS, effect: submit, line: 'Submitted.' }] };
    if (attempt > 1) return done;
    if (kind === 'container crashes') return { endsAfter: workMs / 2, exitCode: 1 };
    if (kind === 'container hangs') return { endsAfter: NOTICED_MS, exitCode: 143 };
    if (kind === 'container does not submit') return { endsAfter: workMs };
    return done;
  };
}
