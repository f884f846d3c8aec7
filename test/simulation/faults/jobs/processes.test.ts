// A job each minute in real processes: four at once, one of them killed in the middle of a tick, all of them restarted.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { SimulatedRuntime } from '../../../../local/containers/simulated.ts';
import { type Environment, startEnvironment } from '../../../../local/environment/environment.ts';
import { SimulatedClock } from '../../../../local/environment/simulated-clock.ts';
import type { Host } from '../../../../local/host/host.ts';
import { buildAppFolder } from '../processes/app-folder.ts';
import { putKillerInto } from '../processes/killer.ts';

const MINUTE = 60_000;
const INSTANCES = 4;
const container = { image: 'docker.io/someone/train:1' };

const clock = new SimulatedClock('2026-04-01T05:59:30Z');
let environment: Environment;
let hosts: Host[] = [];
const closers: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

let advance = async (_milliseconds: number): Promise<void> => undefined;

beforeAll(async () => {
  const app = await buildAppFolder(clock);
  closers.push(app.remove);
  advance = app.advance;
  environment = await startEnvironment({
    models: [{ name: 'model', tournament: 'classic', container }],
    jobs: [{ name: 'retrain', schedule: '0 * * * * *', container }],
    ...app.options,
    runtime: new SimulatedRuntime({ clock, behaviour: () => ({ steps: [{ after: 20_000, line: 'trained' }] }) }),
  });
  closers.push(() => environment.close());
  hosts = await Promise.all(Array.from({ length: INSTANCES }, () => environment.addHost()));
});

const runsSchema = z.object({
  runs: z.array(z.object({ scheduledFor: z.string().nullable(), state: z.string(), attempt: z.number() })),
});

const tickAll = () => Promise.all(hosts.map((host) => host.runTimer('watcher').catch(() => undefined)));

test('a job each minute runs once a minute over a restart, a kill, and four instances', {
  timeout: 240_000,
}, async () => {
  const { tables, resourceManager } = environment;
  const killer = putKillerInto([tables.emulator, resourceManager.emulator]);
  for (let minute = 0; minute <= 12; minute += 1) {
    const victim = hosts[minute % INSTANCES];
    // In the middle of a start: the run is on record, or not quite.
    if ((minute === 3 || minute === 7) && victim !== undefined)
      killer.arm(minute * 3, minute === 3 ? 'after' : 'before', () => victim.kill());
    await tickAll();
    hosts = await Promise.all(hosts.map(async (host) => ((await isGone(host)) ? environment.addHost() : host)));
    if (minute === 5) {
      await Promise.all(hosts.map((host) => host.kill()));
      hosts = await Promise.all(Array.from({ length: INSTANCES }, () => environment.addHost()));
    }
    await advance(MINUTE / 2);
    // What has ended is noticed, as it would be by any tick in between.
    await tickAll();
    await advance(MINUTE / 2);
  }
  // The lease of a start that died with its process is over by then.
  for (let more = 0; more < 4; more += 1) {
    await tickAll();
    await advance(MINUTE / 2);
  }
  const answer = await fetch(`${hosts[0]?.url}/api/runs?model=retrain&limit=100`);
  const runs = runsSchema.parse(await answer.json()).runs.reverse();
  const times = runs.map(({ scheduledFor }) => scheduledFor?.slice(11, 16) ?? '');
  expect(times).toEqual([...new Set(times)]);
  // Where a process died in the middle of a start, the next minute may have been skipped for that run.
  const minutes = Array.from({ length: 12 }, (_, index) => `06:${String(index).padStart(2, '0')}`);
  const lacking = minutes.filter((time) => !times.includes(time));
  expect(lacking.length, lacking.join()).toBeLessThanOrEqual(4);
  expect(resourceManager.groups.starts).toHaveLength(runs.reduce((sum, { attempt }) => sum + attempt, 0));
  expect(runs.slice(0, -2).every(({ state, attempt }) => state === 'succeeded' && attempt === 1)).toBe(true);
});

async function isGone(host: Host): Promise<boolean> {
  const still = new Promise<false>((resolve) => setImmediate(() => resolve(false)));
  return Promise.race([host.exited.then(() => true as const), still]);
}
