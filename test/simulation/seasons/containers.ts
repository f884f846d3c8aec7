// What a participant's image does: it asks for the data, works, and submits; unless the plan says otherwise.

import type { SimulatedRun, SimulatedRuntime } from '../../../local/containers/simulated.ts';
import type { NumeraiEmulator } from '../../../local/emulators/numerai/numerai.ts';
import { TOURNAMENTS } from '../../../local/emulators/numerai/schedules.ts';
import type { Conditions } from './conditions.ts';
import { DAY, MINUTE, SECOND } from './draw.ts';
import type { SeasonModel } from './models.ts';
import { ASKS_AFTER_MS, CRASHES_AT, KILLED_AT } from './oracle.ts';
import type { SeasonPlan } from './plan.ts';
import type { PlannedRound } from './rounds.ts';

/** One container that ran. */
export interface Execution {
  readonly model: string;
  /** Null where there was no round for its program. */
  readonly round: number | null;
  readonly at: number;
  readonly how: string;
}

export interface Containers {
  readonly behaviour: SimulatedRuntime['behaviour'];
  readonly pullMs: (env: Readonly<Record<string, string>>) => number;
  readonly executions: readonly Execution[];
}

/** A container that hangs where nobody stops it is noticed by its owner the day after. */
const NOTICED_MS = DAY;
/** A program that gets no data tries for a while. */
const GIVES_UP_MS = 15 * SECOND;
/** The round that a container is for: its current one, late ones too. */
const EARLY_MS = 15 * MINUTE;

/** What the containers see of the world. */
export interface Surroundings {
  readonly plan: SeasonPlan;
  readonly conditions: Conditions;
  readonly numerai: NumeraiEmulator;
  readonly now: () => number;
}

export function containersOf({ plan, conditions, numerai, now }: Surroundings): Containers {
  const executions: Execution[] = [];
  const worked = new Map<string, number>();
  const models = new Map(plan.models.map((model) => [model.id, model]));
  const modelOf = (env: Readonly<Record<string, string>>): SeasonModel => {
    const model = models.get(env.MODEL_ID ?? '');
    if (model === undefined) throw new Error('A container without MODEL_ID.');
    return model;
  };
  const rounds = new Map(plan.rounds.map((round) => [`${round.tournament}/${round.number}`, round]));
  const roundAt = (model: SeasonModel, at: number): PlannedRound | null => {
    const current = numerai.rounds.current(TOURNAMENTS[model.tournament], new Date(at));
    return current === null ? null : (rounds.get(`${current.tournament}/${current.number}`) ?? null);
  };

  return {
    executions,
    pullMs: (env) => {
      const model = modelOf(env);
      const round = roundAt(model, now() + EARLY_MS);
      return round === null ? 0 : plan.of(model, round).slowPullMs;
    },
    behaviour: (spec): SimulatedRun => {
      const model = modelOf(spec.env);
      const at = now();
      const asks = at + ASKS_AFTER_MS;
      const round = roundAt(model, asks);
      const run = (how: string, behaviour: SimulatedRun): SimulatedRun => {
        executions.push({ model: model.name, round: round?.number ?? null, at, how });
        return behaviour;
      };
      const endsSoon = (how: string, exitCode: number, line: string) =>
        run(how, { steps: [{ after: ASKS_AFTER_MS, line }], endsAfter: GIVES_UP_MS, exitCode });
      if (round === null) return endsSoon('no round', 1, 'Current round not open for submissions');
      const unasked = conditions.numeraiFault(asks);
      if (unasked !== null) return endsSoon('no data from Numerai', 1, unasked);
      if (asks < round.dataAt) return endsSoon('data late', model.notReadyExit, 'The data is not there yet.');

      const happening = plan.of(model, round);
      const ends = (how: string, after: number, exitCode: number) =>
        run(how, { steps: [{ after: ASKS_AFTER_MS, line: 'Working.' }], endsAfter: after, exitCode });
      if (spec.memoryGB < happening.neededMemoryGB) return ends('memory', model.workMs * KILLED_AT, 137);
      const key = `${model.name}/${round.number}`;
      const count = (worked.get(key) ?? 0) + 1;
      worked.set(key, count);
      const fault = count === 1 ? happening.fault : null;
      if (fault === 'crash') return ends(fault, model.workMs * CRASHES_AT, 1);
      if (fault === 'killed') return ends(fault, model.workMs * KILLED_AT, 137);
      if (fault === 'hang') return ends(fault, NOTICED_MS, 143);
      if (fault === 'no submission') return ends(fault, model.workMs, 0);
      const submit = (): void => {
        const refusal = conditions.numeraiFault(now());
        if (refusal !== null) throw new Error(refusal);
        numerai.submit({
          modelId: model.id,
          round: round.number,
          triggerId: model.kind === 'image' ? (spec.env.TRIGGER_ID ?? null) : null,
          listedAfterMs: happening.listedAfterMs,
          ...(fault === 'rejected' ? { errorInfo: 'predictions contain NaN' } : {}),
        });
      };
      return run(fault ?? 'submits', {
        steps: [
          { after: ASKS_AFTER_MS, line: 'Working.' },
          { after: model.workMs, effect: submit, line: 'Submitted.' },
        ],
      });
    },
  };
}
