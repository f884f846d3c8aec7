// `npm run chaos`: never lost, never doubled, under faults. Prints what was tried and what was found. A history is
// tried again with `--seed <its seed> --runs 1`.

import { baselines, garbledCalls, killPoints, outages, singleFaults } from '../test/simulation/faults/enumerated.ts';
import type { History } from '../test/simulation/faults/history.ts';
import { describeJob } from '../test/simulation/faults/jobs/job-checks.ts';
import { randomJob } from '../test/simulation/faults/jobs/job-history.ts';
import { runJob } from '../test/simulation/faults/jobs/run-job.ts';
import { atTheLastMoment, isFair } from '../test/simulation/faults/late.ts';
import { historyInStep, randomHistory } from '../test/simulation/faults/random-history.ts';
import { runHistory } from '../test/simulation/faults/run-history.ts';
import { describeFinding, Tally } from '../test/simulation/faults/tally.ts';
import { startFaultsWorld } from '../test/simulation/faults/world.ts';
import { createProgram, wholeNumber } from './command-line.ts';

interface Options {
  readonly seed: number;
  readonly runs: number;
  readonly all?: boolean;
  readonly tls?: boolean;
  readonly verbose?: boolean;
}

const { seed, runs, ...options } = createProgram('npm run chaos --')
  .description('Tries histories of webhooks, ticks and faults. Exit code 1: one violates an invariant.')
  .option('--seed <number>', 'the seed of the first history', wholeNumber, 1)
  .option('--runs <number>', 'how many random histories', wholeNumber, 1000)
  .option('--all', 'also every kill point, every fault and the outages')
  .option('--tls', 'sockets and TLS between the clients and the emulators; slower')
  .option('--verbose', 'print every call, fate and log line of each history')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse()
  .opts<Options>();

const world = await startFaultsWorld({ overSockets: options.tls ?? false });
const began = performance.now();
let findings = 0;

async function campaign(title: string, histories: Iterable<History>, total: number): Promise<void> {
  const tally = new Tally();
  for (const history of histories) {
    const observed = await tally.try(world, history);
    if (options.verbose) {
      console.dir({ ...history, at: [...history.at] }, { depth: 5 });
      for (const { index, dependency, method, path } of observed.calls) {
        const fate = observed.fates.find(({ call }) => call.index === index)?.fate;
        console.log(index, dependency, method, path, fate ?? '');
      }
      console.log(observed.log.join('\n'));
      console.dir(observed.answers);
    }
    if (tally.findings.length > findings)
      for (const finding of tally.findings.slice(findings)) console.log(describeFinding(finding));
    findings = tally.findings.length;
    if (tally.histories % 100 === 0)
      console.log(`  ${tally.histories} of ${total}, ${seconds()} s: ${findings} with violations`);
  }
  console.log(`${title}: ${tally.summary()}`);
  console.log(`  faults: ${list(tally.faults)}`);
  console.log(`  ends of runs: ${list(tally.ends)}`);
  violations += tally.findings.length;
  findings = 0;
}

let violations = 0;
if (options.all) {
  for (const baseline of baselines()) {
    const { calls } = await new Tally().try(world, baseline);
    const kills = killPoints(baseline, calls);
    await campaign(`Kill points of ${baseline.name}`, kills, kills.length);
    for (const times of [1, 3]) {
      const faults = singleFaults(baseline, calls, times);
      await campaign(`Faults ×${times} of ${baseline.name}`, faults, faults.length);
    }
    const garbled = garbledCalls(baseline, calls);
    await campaign(`Garbled answers of ${baseline.name}`, garbled, garbled.length);
  }
  const down = outages();
  await campaign('Outages of 20 minutes', down, down.length);
}
const inStep = Math.ceil(runs / 4);
await campaign(
  `Webhooks and watchers in step, seeds ${seed} to ${seed + inStep - 1}`,
  histories(historyInStep, inStep),
  inStep,
);
await campaign(`Random histories, seeds ${seed} to ${seed + runs - 1}`, histories(randomHistory, runs), runs);
const late = await lateHistories();
await campaign(`Of these, closed at the last moment`, late, late.length);
const ofJobs = Math.ceil(runs / 4);
let brokenJobs = 0;
for (let next = seed; next < seed + ofJobs; next += 1) {
  const found = describeJob(await runJob(world, randomJob(next)));
  if (found === '') continue;
  brokenJobs += 1;
  console.log(found);
}
violations += brokenJobs;
console.log(`Jobs, seeds ${seed} to ${seed + ofJobs - 1}: ${brokenJobs} with violations`);
await world.close();
console.log(`${violations} histories with violations, ${seconds()} s`);
process.exit(violations === 0 ? 0 : 1);

/** So late in their round that each wait counts. */
async function lateHistories(): Promise<History[]> {
  const found: History[] = [];
  for (const history of histories(randomHistory, inStep)) {
    if (!isFair(history)) continue;
    const late = atTheLastMoment(await runHistory(world, history));
    if (late !== null) found.push(late);
  }
  return found;
}

function* histories(draw: (seed: number) => History, many: number): Generator<History> {
  for (let next = seed; next < seed + many; next += 1) yield draw(next);
}

function seconds(): number {
  return Math.round((performance.now() - began) / 1000);
}

function list(counts: ReadonlyMap<string, number>): string {
  return (
    [...counts]
      .sort(([, a], [, b]) => b - a)
      .map(([what, times]) => `${what} ${times}`)
      .join(', ') || 'none'
  );
}
