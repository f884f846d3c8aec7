// The world of the simulated weeks: Numerai with its rounds and faults, Azure, containers that are only
// simulated, and a clock that moves when everybody waits for it.

import { type SimulatedRun, SimulatedRuntime } from '../../../local/containers/simulated.ts';
import { type NumeraiEmulator, startNumerai } from '../../../local/emulators/numerai/numerai.ts';
import {
  numeraiSchedule,
  type Round,
  TOURNAMENTS,
} from '../../../local/emulators/numerai/schedules.ts';
import { REALISTIC_DELAYS } from '../../../local/emulators/resource-manager/delays.ts';
import {
  DOCUMENTED_BUCKETS,
  DOCUMENTED_LIMITS,
} from '../../../local/emulators/resource-manager/limits.ts';
import {
  type ResourceManager,
  startResourceManager,
} from '../../../local/emulators/resource-manager/resource-manager.ts';
import { TokenAuthority } from '../../../local/emulators/tokens.ts';
import { SimulatedClock } from '../../../local/environment/simulated-clock.ts';
import { trustedCertificates } from '../../local/emulators/trusted-certificates.ts';
import { connectInProcess, type InProcess } from '../../support/in-process.ts';
import { TablesInMemory } from '../../support/tables-in-memory.ts';
import { type Kind, type Plan, planOf } from './scenarios.ts';

export const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** A Monday: the first round opens the day after. */
const BEGIN = Date.parse('2026-03-02T00:00:00Z');
const DOCUMENTED_HOUR = 12;
const SUBSCRIPTION_ID = '11111111-2222-4333-8444-555555555555';
const RESOURCE_GROUP = 'numerai-containers';
const TABLES_URL = 'https://tables.local.test';
const KEYS = { publicId: 'SIMULATEDPUBLICID', secretKey: 'SIMULATEDSECRETKEY' };

export interface WorldOptions {
  readonly models: number;
  readonly weeks: number;
  readonly seed: number;
  /** Two rounds of three have a fault, and a container's on top where it is another's. Default: one of five. */
  readonly troubled?: boolean;
}

export interface ModelInWorld {
  readonly index: number;
  readonly name: string;
  readonly id: string;
  readonly tournament: keyof typeof TOURNAMENTS;
  readonly timeoutMinutes: number;
}

export interface World {
  readonly clock: SimulatedClock;
  readonly end: Date;
  readonly numerai: NumeraiEmulator;
  readonly resourceManager: ResourceManager;
  readonly runtime: SimulatedRuntime;
  readonly inProcess: InProcess;
  readonly tables: TablesInMemory;
  readonly tokens: TokenAuthority;
  readonly models: readonly ModelInWorld[];
  /** All rounds, as they take place. */
  readonly rounds: readonly Round[];
  /** The app's settings. */
  readonly settings: Readonly<Record<string, string>>;
  kindOf(model: ModelInWorld, round: Pick<Round, 'tournament' | 'number'>): Kind;
  close(): Promise<void>;
}

/** What comes of a webhook call: the HTTP status, and what the handler did is its own business. */
export type Webhook = (model: ModelInWorld, body: string) => Promise<number>;

export async function createWorld(options: WorldOptions, webhook: Webhook): Promise<World> {
  const clock = new SimulatedClock(new Date(BEGIN));
  const end = new Date(BEGIN + options.weeks * 7 * DAY);
  // In the second half of the weeks, rounds open an hour later than is documented.
  const change = BEGIN + Math.ceil(options.weeks / 2) * 7 * DAY;
  const schedule = numeraiSchedule({
    openingHour: (day) => (day.getTime() < change ? DOCUMENTED_HOUR : DOCUMENTED_HOUR + 1),
  });
  const planned = Object.values(TOURNAMENTS).flatMap((tournament) =>
    schedule.between(tournament, new Date(BEGIN), end),
  );
  const plan = planOf(
    options.seed,
    planned,
    ({ openTime }) => openTime.getTime() < change,
    options.troubled === true ? 65 : undefined,
  );
  const models = Array.from({ length: options.models }, (_, index) => modelOf(index));
  const certificates = await trustedCertificates();
  const numerai = await startNumerai({
    certificates,
    clock,
    schedule,
    accounts: [
      {
        username: 'simulated',
        ...KEYS,
        models: models.map(({ id, name, tournament }) => ({
          id,
          name: name.replaceAll('-', '_'),
          tournament: TOURNAMENTS[tournament],
          webhook: `https://app.local.test/${name}`,
        })),
      },
    ],
    callWebhook: async (url, body) => {
      const model = models.find(({ name }) => url.endsWith(`/${name}`));
      if (model === undefined) throw new Error(`No model at ${url}.`);
      return { status: await webhook(model, JSON.stringify(body)), body: '' };
    },
  });
  applyRoundFaults(numerai, plan, planned);
  const tokens = new TokenAuthority();
  const kindOf: World['kindOf'] = (model, round) => kindFor(plan.kind(model.index, round), model);
  const runtime = new SimulatedRuntime({ clock });
  const resourceManager = await startResourceManager({
    certificates,
    tokens,
    clock,
    runtime,
    subscriptionId: SUBSCRIPTION_ID,
    resourceGroups: [RESOURCE_GROUP],
    delays: REALISTIC_DELAYS,
    rateLimits: DOCUMENTED_LIMITS,
    throttling: DOCUMENTED_BUCKETS,
  });
  const tables = new TablesInMemory();
  const inProcess = connectInProcess(
    new Map([
      [numerai.url, (request) => numerai.emulator.answer(request)],
      [resourceManager.url, (request) => resourceManager.emulator.answer(request)],
      [
        TABLES_URL,
        async (request) => tables.answer({ ...request, id: 0, receivedAt: 0, status: 0 }),
      ],
    ]),
  );
  const world: World = {
    clock,
    end,
    numerai,
    resourceManager,
    runtime,
    inProcess,
    tables,
    tokens,
    models,
    rounds: planned
      .map((round) => numerai.rounds.find(round.tournament, round.number))
      .filter((round) => round !== null),
    settings: {
      AZURE_SUBSCRIPTION_ID: SUBSCRIPTION_ID,
      CONTAINER_RESOURCE_GROUP: RESOURCE_GROUP,
      CONTAINER_LOCATION: 'westeurope',
      AZURE_RESOURCE_MANAGER_ENDPOINT: resourceManager.url,
      AzureWebJobsStorage__tableServiceUri: `${TABLES_URL}/account`,
      NUMERAI_API_URL: numerai.url,
      NUMERAI_PUBLIC_ID: KEYS.publicId,
      NUMERAI_SECRET_KEY: KEYS.secretKey,
      LOG_LEVEL: 'silent',
    },
    kindOf,
    async close() {
      await resourceManager.close();
      await numerai.close();
      await runtime.close();
    },
  };
  runtime.behaviour = containerOf(world, plan, options.troubled === true);
  return world;
}

function modelOf(index: number): ModelInWorld {
  const tournament = index % 5 === 3 ? 'signals' : index % 5 === 4 ? 'crypto' : 'classic';
  const name = `model-${String(index + 1).padStart(2, '0')}`;
  const id = `00000000-0000-4000-a000-${String(index + 1).padStart(12, '0')}`;
  return { index, name, id, tournament, timeoutMinutes: index % 2 === 0 ? 20 : 90 };
}

/** A container that hangs is ended by a short time limit; one with a long limit is late instead. */
function kindFor(kind: Kind, model: ModelInWorld): Kind {
  const isShort = model.timeoutMinutes < 60;
  if (kind === 'container hangs' && !isShort) return 'container submits late';
  if (kind === 'container submits late' && isShort) return 'container hangs';
  return kind;
}

function applyRoundFaults(numerai: NumeraiEmulator, plan: Plan, planned: readonly Round[]): void {
  for (const { tournament, number, openTime, closeStakingTime } of planned) {
    const later = (time: Date, minutes: number) => new Date(time.getTime() + minutes * MINUTE);
    switch (plan.roundFault({ tournament, number })) {
      case 'opens late':
        numerai.rounds.change(tournament, number, {
          openTime: later(openTime, 40),
          closeStakingTime: later(closeStakingTime, 40),
        });
        break;
      case 'closes late':
        numerai.rounds.change(tournament, number, {
          closeStakingTime: later(closeStakingTime, 60),
        });
        break;
      case 'cancelled':
        numerai.rounds.cancel(tournament, number);
        break;
      default:
    }
  }
}

/** How long a container that is too slow needs: over an hour. */
const SLOW_MS = 75 * MINUTE;

/** A container that hangs is noticed by its owner the day after, where nobody else stops it. */
const NOTICED_MS = DAY;

/** Faults that leave the container whole, and after which there is time for a second attempt. */
const BEFORE_THE_CONTAINER: ReadonlySet<Kind> = new Set<Kind>([
  'opens late',
  'closes late',
  'webhook never comes',
  'webhook comes twice',
  'webhook comes late',
  'webhook before the opening',
]);

/** What a participant's image does, and what goes wrong in it, at the first attempt for a round. */
function containerOf(world: World, plan: Plan, troubled: boolean): SimulatedRuntime['behaviour'] {
  const attempts = new Map<string, number>();
  return (spec): SimulatedRun => {
    const model = world.models.find(({ id }) => id === spec.env.MODEL_ID);
    if (model === undefined) throw new Error('A container without MODEL_ID.');
    const round = world.numerai.rounds.current(TOURNAMENTS[model.tournament]);
    const workMs = plan.workMs(model.index);
    // No round: the program fails when it asks for the data.
    if (round === null) return { endsAfter: 5000, exitCode: 1 };
    const key = `${model.name} ${round.number}`;
    const attempt = (attempts.get(key) ?? 0) + 1;
    attempts.set(key, attempt);
    const submit = (): void => {
      world.numerai.submit({
        modelId: model.id,
        round: round.number,
        triggerId: spec.env.TRIGGER_ID ?? null,
      });
    };
    const first = world.kindOf(model, round);
    const kind =
      troubled && BEFORE_THE_CONTAINER.has(first)
        ? kindFor(plan.secondFault(model.index, round) ?? first, model)
        : first;
    const done: SimulatedRun = { steps: [{ after: workMs, effect: submit, line: 'Submitted.' }] };
    if (kind === 'container submits late')
      return { steps: [{ after: SLOW_MS, effect: submit, line: 'Submitted.' }] };
    if (attempt > 1) return done;
    if (kind === 'container crashes') return { endsAfter: workMs / 2, exitCode: 1 };
    if (kind === 'container hangs') return { endsAfter: NOTICED_MS, exitCode: 143 };
    if (kind === 'container does not submit') return { endsAfter: workMs };
    return done;
  };
}
