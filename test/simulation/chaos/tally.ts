// What a campaign of histories tried and found.

import { violationsOf } from './checker.ts';
import { describeFate } from './enumerated.ts';
import type { History } from './history.ts';
import type { Observed, RunOptions } from './run-history.ts';
import { runHistory } from './run-history.ts';
import type { World } from './world.ts';

export interface Finding {
  readonly history: History;
  readonly violations: readonly string[];
  readonly observed: Observed;
}

export class Tally {
  histories = 0;
  calls = 0;
  /** Kills, and faults by kind, that befell a call. */
  kills = 0;
  readonly faults = new Map<string, number>();
  readonly findings: Finding[] = [];
  /** States in which runs ended. */
  readonly ends = new Map<string, number>();

  /** Runs a history and notes what came of it. */
  async try(world: World, history: History, options?: RunOptions): Promise<Observed> {
    const observed = await runHistory(world, history, options);
    this.histories += 1;
    this.calls += observed.calls.length;
    for (const { fate } of observed.fates) {
      if (fate.do === 'kill-before' || fate.do === 'kill-after') this.kills += 1;
      else count(this.faults, fate.do === 'status' ? describeFate(fate) : fate.do);
    }
    for (const run of observed.runs) count(this.ends, run.failure ?? run.state);
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

/** A finding as lines: what was broken, and what befell the history. */
export function describeFinding({ history, violations, observed }: Finding): string {
  const fates = observed.fates
    .slice(0, 12)
    .map(
      ({ call, fate }) =>
        `    ${describeFate(fate)} at call ${call.index}: ${call.dependency} ${call.method} ${call.path.slice(-50)}`,
    );
  const runs = observed.runs.map(
    (run) =>
      `    run ${run.id.slice(-6)} ${run.trigger} ${run.claim} attempt ${run.attempt}: ${run.state} ${run.failure ?? ''} ${run.submission} ${run.reason ?? ''}`,
  );
  return [history.name, ...violations.map((violation) => `  ${violation}`), ...fates, ...runs].join(
    '\n',
  );
}
