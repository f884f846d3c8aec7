// What a mutant is.

import type { Services } from '../../../src/app.ts';
import type { RunStore } from '../../../src/lib/runs/stores.ts';
import type { Mutation } from '../app/instance.ts';

export interface Mutant {
  readonly name: string;
  readonly mutation: Mutation;
  /** The histories that find it soonest. */
  readonly hunt:
    | 'rotated'
    | 'random'
    | 'in part'
    | 'in step'
    | 'kill points'
    | 'restart'
    | 'late start'
    | 'unseen end'
    | 'wrong rounds'
    | 'crowds'
    | 'limits'
    | 'timers'
    | 'up to the close'
    | 'endings at the last moment'
    | 'unattended'
    | 'places at the last moment'
    | 'no Numerai';
}

/** Services with a changed store of runs. */
export const withRuns = (services: Services, changes: Partial<RunStore>): Services => ({
  ...services,
  runs: { ...services.runs, ...changes },
});
