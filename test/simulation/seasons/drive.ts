// Moves the clock of a world from event to event: openings with their webhook calls, ticks of the app's
// timers, and whatever sleeps on the clock in between.

import type { Round } from '../../../local/emulators/numerai/schedules.ts';
import { MINUTE, type World } from './world.ts';

/** The app's timers, as far as there are any. */
export interface Timers {
  /** @returns whether anything is in flight. */
  readonly watch?: () => Promise<boolean>;
  readonly fallback?: () => Promise<void>;
}

const BEFORE_OPENING_MS = 20 * MINUTE;
const CALL_LATE_MS = 55 * MINUTE;
const CALL_AGAIN_MS = 180 * MINUTE;
const BY_HAND_MS = 3 * MINUTE;
/** The fallback ticks every five minutes, as in Azure; hours from any opening and closing, every hour will do. */
const FALLBACK_MS = 5 * MINUTE;
const IDLE_FALLBACK_MS = 60 * MINUTE;
const BEFORE_MS = 30 * MINUTE;
const AFTER_MS = 150 * MINUTE;

interface Event {
  readonly at: number;
  readonly run: () => void;
}

/**
 * Runs the weeks. Throws what the app threw, if it did.
 * @param wasStarted tells, once, that somebody has started something since it was last asked.
 */
export async function drive(
  world: World,
  timers: Timers,
  wasStarted: () => boolean,
): Promise<void> {
  const { clock } = world;
  const failures: unknown[] = [];
  const launch: Launch = (work) => work().catch((error: unknown) => void failures.push(error));
  const events = eventsOf(world, launch).sort((a, b) => a.at - b.at);
  let inFlight = false;
  let nextFallback = timers.fallback === undefined ? NEVER : clock.now().getTime();
  const isAround = aroundRounds(world.rounds);
  const watch = oneAtATime(launch, async () => {
    inFlight = (await timers.watch?.()) === true || wasStarted();
  });
  const fallback = oneAtATime(launch, async () => timers.fallback?.());

  for (let now = clock.now().getTime(); now < world.end.getTime(); now = clock.now().getTime()) {
    await settle(world);
    if (failures.length > 0) throw failures[0];
    for (let first = events[0]; first !== undefined && first.at <= now; first = events[0]) {
      events.shift();
      first.run();
      await settle(world);
    }
    if (now >= nextFallback) {
      nextFallback = now + (isAround(now) ? FALLBACK_MS : IDLE_FALLBACK_MS);
      fallback();
      await settle(world);
    }
    if (wasStarted()) inFlight = true;
    if (inFlight && now % MINUTE === 0) {
      watch();
      await settle(world);
    }
    const next = Math.min(
      events[0]?.at ?? NEVER,
      nextFallback,
      inFlight ? (Math.floor(now / MINUTE) + 1) * MINUTE : NEVER,
      clock.nextWake?.getTime() ?? NEVER,
      world.end.getTime(),
    );
    await clock.advanceTo(new Date(Math.max(next, now)));
  }
  await settle(world);
  if (failures.length > 0) throw failures[0];
}

const NEVER = Number.POSITIVE_INFINITY;
type Launch = (work: () => Promise<unknown>) => Promise<unknown>;

/** A timer fires in one instance at a time: a tick that is due while one runs is left out. */
function oneAtATime(launch: Launch, work: () => Promise<void>): () => void {
  let busy = false;
  return () => {
    if (busy) return;
    busy = true;
    void launch(work).then(() => {
      busy = false;
    });
  };
}

/** Waits until nobody works any more: all have ended, or wait for the clock. */
async function settle({ inProcess }: World): Promise<void> {
  for (let quiet = 0; quiet < 2; ) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    quiet = inProcess.pending === 0 ? quiet + 1 : 0;
  }
}

function aroundRounds(rounds: readonly Round[]): (now: number) => boolean {
  const near = rounds.flatMap(({ openTime, closeStakingTime }) =>
    [openTime.getTime(), closeStakingTime.getTime()].map((at) => [at - BEFORE_MS, at + AFTER_MS]),
  );
  return (now) => near.some(([from = 0, to = 0]) => now >= from && now <= to);
}

function eventsOf(world: World, launch: Launch): Event[] {
  const { numerai } = world;
  const modelOf = (id: string) => world.models.find((model) => model.id === id);
  return world.rounds.flatMap(({ tournament, number, openTime, closeStakingTime }): Event[] => {
    const opens = openTime.getTime();
    const kindOf = (id: string) => {
      const model = modelOf(id);
      return model === undefined ? 'nothing' : world.kindOf(model, { tournament, number });
    };
    const call = (plan: (kind: string) => readonly number[]) => () =>
      void launch(() =>
        numerai.fireWebhooks(number, { tournament, plan: ({ id }) => plan(kindOf(id)) }),
      );
    const byHand = world.models.filter(({ id }) => {
      const model = numerai.models.find((candidate) => candidate.id === id);
      return model?.tournament === tournament && kindOf(id) === 'submitted by hand';
    });
    const isSilent = world.models.some(
      ({ id, index }) => index >= 0 && kindOf(id) === 'Numerai silent, no webhook',
    );
    return [
      {
        at: opens - BEFORE_OPENING_MS,
        run: call((kind) => (kind === 'webhook before the opening' ? [0] : [])),
      },
      { at: opens, run: call(callsOf) },
      {
        at: opens + BY_HAND_MS,
        run: () => {
          for (const { id } of byHand) numerai.submit({ modelId: id });
        },
      },
      ...(isSilent
        ? [
            {
              at: opens - BEFORE_OPENING_MS,
              run: () => void numerai.emulator.faults.add({ kind: 'status', status: 503 }),
            },
            {
              at: closeStakingTime.getTime() + BEFORE_OPENING_MS,
              run: () => numerai.emulator.faults.clear(),
            },
          ]
        : []),
    ];
  });
}

/** When Numerai calls, in milliseconds after the opening. */
function callsOf(kind: string): readonly number[] {
  switch (kind) {
    case 'webhook never comes':
    case 'webhook before the opening':
    case 'submitted by hand':
    case 'Numerai silent, no webhook':
      return [];
    case 'webhook comes twice':
      return [0, CALL_AGAIN_MS];
    case 'webhook comes late':
      return [CALL_LATE_MS];
    default:
      return [0];
  }
}
