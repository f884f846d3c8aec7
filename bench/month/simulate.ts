// A month of the app's life, every tick of it.

import type { Round } from '../../local/emulators/numerai/schedules.ts';
import { TOURNAMENTS } from '../../local/emulators/numerai/schedules.ts';
import { MONTH } from './assumptions.ts';
import { Instances } from './instances.ts';
import { storedBytes } from './stored.ts';
import { Tally } from './tally.ts';
import { APP_URL, type MonthWorld, startMonth } from './world.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const FALLBACK_MINUTES = 5;

export interface Simulated {
  readonly tally: Tally;
  readonly rounds: number;
  readonly submissions: number;
  readonly storedBytes: number;
}

export interface SimulateOptions {
  /** Of entry.ts. */
  readonly bundle: string;
  readonly models: number;
  readonly alerts: boolean;
  /** Default: all of the month. */
  readonly days?: number;
}

/**
 * @throws {Error} where an execution failed, or a round was not submitted exactly once: then the counts are
 * not those of a calm month.
 */
export async function simulateMonth(options: SimulateOptions): Promise<Simulated> {
  const { bundle, days = MONTH.days } = options;
  const tally = new Tally();
  const parts: { instances?: Instances } = {};
  const month = await startMonth({
    ...options,
    tally,
    callWebhook: async (model, body) => {
      const path = `/api/webhook/${model}`;
      const call = { method: 'POST', path, params: { model }, body } as const;
      return (await parts.instances?.http('webhook', call))?.status ?? 500;
    },
  });
  const { world, models } = month;
  try {
    const instances = new Instances({ bundle, tally, systemFor: month.systemFor });
    parts.instances = instances;
    const rounds = roundsOf(month, days);
    await live(month, instances, rounds, days);
    const expected = rounds.reduce(
      (sum, { tournament }) => sum + models.filter((model) => TOURNAMENTS[model.tournament] === tournament).length,
      0,
    );
    const submissions = world.numerai.submissions.length;
    if (tally.failedExecutions > 0 || submissions !== expected)
      throw new Error(
        `Not a calm month: ${tally.failedExecutions} failed executions, ${submissions} submissions of ${expected}.`,
      );
    return {
      tally,
      rounds: rounds.filter(({ tournament }) => tournament === TOURNAMENTS.classic).length,
      submissions,
      storedBytes: storedBytes(
        world.tables,
        models.map(({ name }) => name),
      ),
    };
  } finally {
    await world.close();
  }
}

interface Event {
  readonly at: number;
  readonly happen: () => Promise<unknown>;
}

async function live(month: MonthWorld, instances: Instances, rounds: readonly Round[], days: number): Promise<void> {
  const { clock } = month.world;
  const failures: unknown[] = [];
  const launch = (work: () => Promise<unknown>) => void work().catch((error: unknown) => failures.push(error));
  const sleepUntil = (at: number) => clock.sleep(at - clock.now().getTime());
  const everyMinutes = async (minutes: number, tick: () => Promise<void>) => {
    for (let at = MONTH.begin; ; ) {
      await tick();
      // A timer fires in one instance at a time: a tick that is due while one runs is left out.
      while (at <= clock.now().getTime()) at += minutes * MINUTE;
      await sleepUntil(at);
    }
  };
  launch(() => everyMinutes(FALLBACK_MINUTES, () => instances.tick('fallback')));
  launch(() => everyMinutes(1, () => instances.tick('watcher')));
  launch(async () => {
    const events = [...calls(month, rounds), ...looks(instances, days)];
    for (const { at, happen } of events.sort((one, other) => one.at - other.at)) {
      await sleepUntil(at);
      launch(happen);
    }
  });
  const end = new Date(MONTH.begin + days * DAY);
  await month.calls.run(() => failures.length > 0, end);
  if (failures.length > 0) throw failures[0];
}

/** The rounds that open in these days, of the tournaments that have a model. */
function roundsOf({ world: { numerai }, models }: MonthWorld, days: number): readonly Round[] {
  const from = new Date(MONTH.begin);
  const to = new Date(MONTH.begin + days * DAY);
  return [...new Set(models.map(({ tournament }) => TOURNAMENTS[tournament]))].flatMap((tournament) =>
    numerai.rounds.between(tournament, from, to),
  );
}

function calls({ world: { numerai } }: MonthWorld, rounds: readonly Round[]): Event[] {
  return rounds.map(({ tournament, number, openTime }) => ({
    at: openTime.getTime() + MONTH.callAfterOpeningMs,
    happen: () => numerai.fireWebhooks(number, { tournament }),
  }));
}

/** People, and what else asks the app. */
function looks(instances: Instances, days: number): Event[] {
  const daily = (minutes: readonly number[], happen: () => Promise<unknown>): Event[] =>
    Array.from({ length: days }, (_, day) => MONTH.begin + day * DAY).flatMap((midnight) =>
      minutes.map((minute) => ({ at: midnight + minute * MINUTE + 30_000, happen })),
    );
  const get = (name: string, path: string) => async () => {
    const { status, body } = await instances.http(name, { method: 'GET', path });
    if (status !== 200 || !body.includes('model-01')) throw new Error(`${path} answered ${status}.`);
  };
  return [
    ...daily(MONTH.dashboardAt, get('dashboardDoor', '/api/dashboard')),
    ...daily(MONTH.statusAt, get('status', `${APP_URL}/api/status`)),
  ];
}
