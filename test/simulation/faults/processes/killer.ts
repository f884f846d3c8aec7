// Kills a process from where its calls arrive: the n-th call, counted over all emulators, is its last.

import type { Emulator } from '../../../../local/emulators/emulator.ts';

export interface Killer {
  /** Calls since the last `arm`. */
  readonly calls: number;
  /** From now on the `at`-th call kills: before it is carried out, or after, and without an answer. */
  arm(at: number, when: 'before' | 'after', kill: () => Promise<void>): void;
}

export function putKillerInto(emulators: readonly Emulator[]): Killer {
  let calls = 0;
  let last = Number.POSITIVE_INFINITY;
  let when: 'before' | 'after' = 'before';
  let kill = async () => {};
  for (const emulator of emulators) {
    const answer = emulator.answer.bind(emulator);
    emulator.answer = async (request) => {
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
