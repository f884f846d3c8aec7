// Kills a process from where its calls arrive: the n-th call, counted over all stand-ins, is its last.

import type { StandIn } from '../../../local/stand-ins/stand-in.ts';

export interface Killer {
  /** Calls since the last `arm`. */
  readonly calls: number;
  /** From now on the `at`-th call kills: before it is carried out, or after, and without an answer. */
  arm(at: number, when: 'before' | 'after', kill: () => Promise<void>): void;
}

export function putKillerInto(standIns: readonly StandIn[]): Killer {
  let calls = 0;
  let last = Number.POSITIVE_INFINITY;
  let when: 'before' | 'after' = 'before';
  let kill = async () => {};
  for (const standIn of standIns) {
    const answer = standIn.answer.bind(standIn);
    standIn.answer = async (request) => {
      calls += 1;
      if (calls !== last) return answer(request);
      if (when === 'after') await answer(request);
      await kill();
      return 'dropped';
    };
  }
  return {
    get calls() {
      return calls;
    },
    arm(at, how, doKill) {
      calls = 0;
      last = at;
      when = how;
      kill = doKill;
    },
  };
}
