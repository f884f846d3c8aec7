// What the containers of a simulated world do, one after the other.

import type { World } from '../simulation/world/world.ts';

type InWorld = Pick<World, 'runtime'>;

export interface ContainerPlan {
  readonly exitCode?: number;
  /** What it does right before its end, such as to submit. */
  readonly effect?: () => void;
}

/** Each does so after 20 s; the last plan counts for all further ones. @returns how many have started. */
export function inTurn({ runtime }: InWorld, ...plans: readonly ContainerPlan[]): () => number {
  runtime.behaviour = (_, start) => {
    const { exitCode = 0, effect } = plans[Math.min(start, plans.length) - 1] ?? {};
    return { steps: [{ after: 20_000, line: `start ${start}`, ...(effect && { effect }) }], exitCode };
  };
  return () => runtime.starts.length;
}

/** Each ends after half a minute with its exit code; further ones end well. */
export function exitInTurn({ runtime }: InWorld, ...exitCodes: readonly number[]): void {
  runtime.behaviour = (_, start) => ({
    steps: [{ after: 0, line: `start ${start}` }],
    endsAfter: 30_000,
    exitCode: exitCodes[start - 1] ?? 0,
  });
}
