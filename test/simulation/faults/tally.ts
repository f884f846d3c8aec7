// What a campaign of histories tried and found.

import { describeFate } from '../world/fate.ts';
import { violationsOf } from './checks/checks.ts';
import type { History } from './history.ts';
import type { Observed } from './observed.ts';
import { describeFates } from './plan.ts';
import { type RunOptions, runHistory } from './run-history.ts';
import type { FaultsWorld } from './world.ts';

export interface Finding {
  readonly history: History;
  readonly violations: readonly string[];
  readonly observed: Observed;
}

export class Tally {
  histories = 0;
  calls = 0;
  /** Kills, and faults by kind, that happened to a call. */
  kills = 0;
  readonly faults = new Map<string, number>();
  readonly findings: Finding[] = [];
  /** How attempts ended. */
  readonly ends = new Map<string, number>();

  /** Runs a history and notes what came of it. */
  async try(world: FaultsWorld, history: History, options?: RunOptions): Promise<Observed> {
    const observed = await runHistory(world, history, options);
    this.histories += 1;
    this.calls += observed.calls.length;
    for (const { fate } of observed.fates) {
      if (fate.do === 'kill-before' || fate.do === 'kill-after') this.kills += 1;
      else count(this.faults, fate.do === 'status' ? describeFate(fate) : fate.do);
    }
    for (const { failure, state } of observed.attempts) count(this.ends, failure ?? state);
    const violations = violationsOf(observed, world.secretValues);
    if (violations.length > 0) this.findings.push({ history, violations, observed });
    return observed;
  }

  get faultCount(): number {
    return [...this.faults.values()].reduce((sum, times) => sum + times, 0);
  }

  /** One line for people. */
  summary(): string {
    return `${this.histories} histories, ${this.calls} external calls, ${this.kills} kills, ${this.faultCount} faults, ${this.findings.length} with violations`;
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** A finding as lines: what was broken, and what happened in it. */
export function describeFinding({ history, violations, observed }: Finding): string {
  const fates = describeFates(observed.fates).map((line) => `  ${line}`);
  const attempts = observed.attempts.map(
    ({ runId, trigger, claim, number, state, failure, submission, reason }) =>
      `    ${runId.slice(-6)} ${trigger} ${claim} attempt ${number}: ${state} ${failure ?? ''} ${submission} ${reason ?? ''}`,
  );
  return [history.name, ...violations.map((violation) => `  ${violation}`), ...fates, ...attempts].join('\n');
}
