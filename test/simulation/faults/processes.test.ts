// Real processes: killed with SIGKILL at an external call, and many at once.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { SimulatedRuntime } from '../../../local/containers/simulated.ts';
import { type Environment, startEnvironment } from '../../../local/environment/environment.ts';
import { SimulatedClock } from '../../../local/environment/simulated-clock.ts';
import type { Host } from '../../../local/host/host.ts';
import { buildAppFolder } from './processes/app-folder.ts';
import { putKillerInto } from './processes/killer.ts';
import { scheduleOf } from './world.ts';

const closers: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

const answerSchema = z.object({ runId: z.string(), duplicate: z.boolean(), state: z.string() });
const runsSchema = z.object({
  runs: z.array(
    z.object({
      id: z.string(),
      round: z.number().nullable(),
      state: z.string(),
      submission: z.string(),
      reason: z.string().nullable(),
    }),
  ),
});

const MODEL_ID = 'adabe000-3acf-47fd-8733-bad4ca505d89';
const model = {
  name: 'chaos',
  numeraiModels: [MODEL_ID],
  tournament: 'classic',
  container: {
    image: 'docker.io/someone/model:1',
    secrets: { NUMERAI_PUBLIC_ID: 'numerai-public-id', NUMERAI_SECRET_KEY: 'numerai-secret-key' },
  },
};

describe('an instance of the app that is killed at an external call', () => {
  const clock = new SimulatedClock('2026-04-01T11:59:00Z');
  let environment: Environment;
  let host: Host;
  let round = 0;

  let advance = async (_milliseconds: number): Promise<void> => undefined;

  beforeAll(async () => {
    const app = await buildAppFolder(clock);
    closers.push(app.remove);
    advance = app.advance;
    environment = await startEnvironment({
      models: [model],
      ...app.options,
      numerai: { schedule: scheduleOf() },
      runtime: ({ numerai }) =>
        new SimulatedRuntime({
          clock,
          behaviour: () => ({
            steps: [
              {
                after: 60_000,
                line: 'done',
                effect: () => void numerai.submit({ modelId: MODEL_ID }),
              },
            ],
          }),
        }),
    });
    closers.push(() => environment.close());
    host = await environment.addHost();
  });

  /** Every call of the webhook, and some of what the watcher does until the end of the run. */
  const points = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 17, 19].map(
    (at, index) => [at, index % 2 === 0 ? ('before' as const) : ('after' as const)] as const,
  );

  test('leaves a run that another one brings to its end', { timeout: 240_000 }, async () => {
    const { identity, keyVault, tables, resourceManager, numerai } = environment;
    const killer = putKillerInto([
      identity.emulator,
      keyVault.emulator,
      tables.emulator,
      resourceManager.emulator,
      numerai.emulator,
    ]);
    for (const [at, when] of points) {
      const nextDay = Date.UTC(2026, 2, 31 + ++round, 12, 0, 30);
      await advance(nextDay - clock.now().getTime());
      const startsBefore = resourceManager.groups.starts.length;
      killer.arm(at, when, () => host.kill());
      let isAnswered = false;
      let ticksAtRest = 0;
      for (let tick = 0; tick < 12 && ticksAtRest < 2; tick += 1) {
        if (await isGone(host)) {
          host = await environment.addHost();
          // The lease of the one that is gone is over.
          await advance(80_000);
        }
        if (!isAnswered) isAnswered = await trigger(host, round);
        await advance(30_000);
        await host.runTimer('watcher').catch(() => undefined);
        await advance(30_000);
        const isSubmitted = numerai.submissionsOf(MODEL_ID, round).length > 0;
        const isAtRest = isAnswered && isSubmitted && resourceManager.groups.names.length === 0;
        ticksAtRest = isAtRest ? ticksAtRest + 1 : 0;
      }
      const what = `killed ${when} call ${at}`;
      const answer = await fetch(`${host.url}/api/runs?model=chaos&limit=20`);
      const runs = runsSchema.parse(await answer.json()).runs.filter((run) => run.round === round);
      expect(runs, what).toMatchObject([{ state: 'succeeded', submission: 'accepted' }]);
      expect(resourceManager.groups.starts.length - startsBefore, what).toBe(1);
      expect(resourceManager.groups.names, what).toEqual([]);
      expect(numerai.submissionsOf(MODEL_ID, round), what).toHaveLength(1);
    }
  });

  async function trigger({ url }: Host, roundNumber: number): Promise<boolean> {
    try {
      const response = await fetch(`${url}/api/webhook/chaos`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ roundNumber: String(roundNumber), triggerId: 'a' }),
      });
      return response.status === 200;
    } catch {
      return false;
    }
  }
});

async function isGone(host: Host): Promise<boolean> {
  const still = new Promise<false>((resolve) => setImmediate(() => resolve(false)));
  return Promise.race([host.exited.then(() => true as const), still]);
}

test('50 triggers at once over 4 processes: one start, 49 duplicates with its id', {
  timeout: 120_000,
}, async () => {
  const environment = await startEnvironment({
    models: [model],
    hosts: 4,
    // A machine that is busy with other tests must not use up the webhook's budget.
    settings: { WEBHOOK_BUDGET_SECONDS: '30' },
    runtime: new SimulatedRuntime({ clock: new SimulatedClock('2026-04-01T12:00:00Z') }),
  });
  closers.push(() => environment.close());
  const open = environment.numerai.rounds.current(8)?.number;
  const answers = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const { url } = environment.hosts[index % 4] ?? environment.host;
      const response = await fetch(`${url}/api/webhook/chaos`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ roundNumber: open, triggerId: `trigger-${index}` }),
      });
      const text = await response.text();
      expect(response.status, text).toBe(200);
      return answerSchema.parse(JSON.parse(text));
    }),
  );
  expect(answers.filter(({ duplicate }) => duplicate)).toHaveLength(49);
  expect(new Set(answers.map(({ runId }) => runId)).size).toBe(1);
  expect(environment.resourceManager.groups.starts).toHaveLength(1);
});
