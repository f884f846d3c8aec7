// A month of the app's life, every tick of it: the clock moves from event to event.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOURNAMENTS } from '../../local/emulators/numerai/schedules.ts';
import { MONTH } from './assumptions.ts';
import { Instances } from './instances.ts';
import { storedBytes } from './stored.ts';
import { Tally } from './tally.ts';
import { APP_URL, createWorld, modelsFile, type World } from './world.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const FALLBACK_MINUTES = 5;

export interface Simulated {
  readonly tally: Tally;
  readonly rounds: number;
  readonly submissions: number;
  readonly storedBytes: number;
}

/**
 * @param bundle of entry.ts.
 * @throws {Error} where an execution failed, or a round was not submitted exactly once: then the counts are
 * not those of a calm month.
 */
export async function simulateMonth(options: {
  readonly bundle: string;
  readonly models: number;
  readonly alerts: boolean;
}): Promise<Simulated> {
  const tally = new Tally();
  const folder = await mkdtemp(join(tmpdir(), 'month-'));
  const parts: { instances?: Instances } = {};
  const world = await createWorld({
    ...options,
    folder,
    tally,
    callWebhook: async (model, body) => {
      const path = `/api/webhook/${model}`;
      const answer = await parts.instances?.http('webhook', {
        method: 'POST',
        path,
        params: { model },
        body,
      });
      return answer?.status ?? 500;
    },
  });
  // The dashboard's door asks the guarded page by the app's own address.
  const { fetch } = globalThis;
  try {
    await writeFile(join(folder, 'models.json'), modelsFile(world.models));
    const instances = new Instances({
      bundle: options.bundle,
      tally,
      systemFor: world.systemFor,
    });
    parts.instances = instances;
    globalThis.fetch = async () => {
      const page = await instances.http('dashboard', {
        method: 'GET',
        path: '/api/dashboard-page',
      });
      return new Response(page.body, {
        status: page.status,
        headers: { 'content-type': 'text/html; charset=utf-8' },
      });
    };
    const rounds = roundsOf(world);
    await live(world, instances, rounds);
    const wanted = rounds.reduce(
      (sum, { tournament }) =>
        sum + world.models.filter((model) => TOURNAMENTS[model.tournament] === tournament).length,
      0,
    );
    const submissions = world.numerai.submissions.length;
    if (tally.failedExecutions > 0 || submissions !== wanted)
      throw new Error(
        `Not a calm month: ${tally.failedExecutions} failed executions, ${submissions} submissions of ${wanted}.`,
      );
    return {
      tally,
      rounds: rounds.filter(({ tournament }) => tournament === TOURNAMENTS.classic).length,
      submissions,
      storedBytes: storedBytes(
        world.tables,
        world.models.map(({ name }) => name),
      ),
    };
  } finally {
    globalThis.fetch = fetch;
    await world.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Event {
  readonly at: number;
  readonly run: () => Promise<unknown>;
}

async function live(
  world: World,
  instances: Instances,
  rounds: ReturnType<typeof roundsOf>,
): Promise<void> {
  const { clock } = world;
  const end = MONTH.begin + MONTH.days * DAY;
  const events = [...calls(world, rounds), ...looks(instances)].sort((a, b) => a.at - b.at);
  const failures: unknown[] = [];
  const launch = (work: Promise<unknown>) =>
    void work.catch((error: unknown) => void failures.push(error));
  const ticking = new Set<string>();
  // A timer fires in one instance at a time.
  const tick = (name: 'watcher' | 'fallback') => {
    if (ticking.has(name)) return;
    ticking.add(name);
    launch(instances.tick(name).finally(() => ticking.delete(name)));
  };
  for (let minute = 0, now = MONTH.begin; now < end; now = clock.now().getTime()) {
    const nextTick = MONTH.begin + minute * MINUTE;
    if (now >= nextTick) {
      if (minute % FALLBACK_MINUTES === 0) tick('fallback');
      tick('watcher');
      minute += 1;
    }
    for (let first = events[0]; first !== undefined && first.at <= now; first = events[0]) {
      events.shift();
      launch(first.run());
    }
    await world.settle();
    if (failures.length > 0) throw failures[0];
    const next = Math.min(
      MONTH.begin + minute * MINUTE,
      events[0]?.at ?? end,
      clock.nextWake?.getTime() ?? end,
    );
    await clock.advanceTo(new Date(Math.max(now, next)));
  }
}

/** The rounds that open in the month, of the tournaments that have a model. */
function roundsOf({ numerai, models }: World) {
  const from = new Date(MONTH.begin);
  const to = new Date(MONTH.begin + MONTH.days * DAY);
  return [...new Set(models.map(({ tournament }) => TOURNAMENTS[tournament]))].flatMap(
    (tournament) => numerai.rounds.between(tournament, from, to),
  );
}

function calls({ numerai }: World, rounds: ReturnType<typeof roundsOf>): Event[] {
  return rounds.map(({ tournament, number, openTime }) => ({
    at: openTime.getTime() + MONTH.callAfterOpeningMs,
    run: () => numerai.fireWebhooks(number, { tournament }),
  }));
}

function looks(instances: Instances): Event[] {
  const daily = (minutes: readonly number[], run: () => Promise<unknown>): Event[] =>
    Array.from({ length: MONTH.days }, (_, day) => MONTH.begin + day * DAY).flatMap((midnight) =>
      minutes.map((minute) => ({ at: midnight + minute * MINUTE + 30_000, run })),
    );
  const get = (name: string, path: string) => async () => {
    const { status, body } = await instances.http(name, { method: 'GET', path });
    if (status !== 200 || !body.includes('model-01'))
      throw new Error(`${path} answered ${status}.`);
  };
  return [
    ...daily(MONTH.dashboardAt, get('dashboardDoor', '/api/dashboard')),
    ...daily(MONTH.statusAt, get('status', `${APP_URL}/api/status`)),
  ];
}
