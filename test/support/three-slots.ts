// A model whose container submits for three slots, and containers that submit for some of those that they are given.

import type { Slot } from '../../src/lib/runs/slots.ts';
import type { SimulatedApp } from '../simulation/app/simulated-app.ts';
import { modelOf } from './one-model.ts';

export const SLOTS = ['a', 'b', 'c'] as const;
export const model = (more: object = {}, container: object = {}) =>
  modelOf(container, { name: 'm', numeraiModels: SLOTS, ...more });

export interface Plan {
  /** For which of the slots that it is given it submits; default: all. */
  readonly submits?: readonly string[];
  /** What Numerai does not accept. */
  readonly rejected?: readonly string[];
  readonly exitCode?: number;
  readonly hangs?: boolean;
  readonly minutes?: number;
  readonly more?: object;
}

/** What the containers do, one after the other; the last plan counts for all further ones. @returns what each was given. */
export function inTurn({ world }: SimulatedApp, ...plans: readonly Plan[]): string[][] {
  const given: string[][] = [];
  world.runtime.behaviour = ({ env }, start) => {
    const models: Record<string, string> = JSON.parse(env.NUMERAI_MODELS ?? '{}');
    given.push(Object.keys(models));
    const {
      submits = Object.keys(models),
      rejected = [],
      exitCode = 0,
      hangs = false,
      minutes = 1 / 3,
      more,
    } = plans[Math.min(start, plans.length) - 1] ?? {};
    const effect = () => {
      for (const [name, modelId] of Object.entries(models)) {
        const bad = rejected.includes(name) ? { status: 'failed', errorInfo: 'ids are missing' } : {};
        if (submits.includes(name))
          world.numerai.submit({ modelId, triggerId: env.TRIGGER_ID ?? null, ...bad, ...more });
      }
    };
    const steps = [{ after: minutes * 60_000, line: 'done', effect }];
    return hangs ? { steps, endsAfter: Number.POSITIVE_INFINITY } : { steps, exitCode };
  };
  return given;
}

/** `a accepted, b missing`. */
export const inWords = ({ slots }: { readonly slots: readonly Slot[] }) =>
  slots.map((slot) => `${slot.model} ${slot.submission}`).join(', ');
/** The id of the model at Numerai. */
export const idAt = ({ world }: SimulatedApp, name: string): string =>
  world.numerai.models.find((each) => each.name === name)?.id ?? '';
export const submittedFor = (app: SimulatedApp, name: string) =>
  app.world.numerai.submissions.filter(({ modelId }) => modelId === idAt(app, name));
export const submit = (app: SimulatedApp, name: string, more: object = {}) =>
  app.world.numerai.submit({ modelId: idAt(app, name), ...more });
/** Numerai answers nothing about this one, until {@link repair}. */
export const breakFor = (app: SimulatedApp, name: string) =>
  app.world.numerai.troubles.brokenModels.add(idAt(app, name));
export const repair = ({ world }: SimulatedApp) => world.numerai.troubles.brokenModels.clear();
