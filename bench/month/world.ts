// Azure and Numerai for the simulated month: the emulators, called in this process, each answering after its
// latency on the clock.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { SimulatedRuntime } from '../../local/containers/simulated.ts';
import { ensureCertificates, trustAuthority } from '../../local/emulators/certificates.ts';
import { startKeyVault } from '../../local/emulators/key-vault.ts';
import { type NumeraiEmulator, startNumerai } from '../../local/emulators/numerai/numerai.ts';
import { TOURNAMENTS } from '../../local/emulators/numerai/schedules.ts';
import { REALISTIC_DELAYS } from '../../local/emulators/resource-manager/delays.ts';
import {
  DOCUMENTED_BUCKETS,
  DOCUMENTED_LIMITS,
} from '../../local/emulators/resource-manager/limits.ts';
import { startResourceManager } from '../../local/emulators/resource-manager/resource-manager.ts';
import { TokenAuthority } from '../../local/emulators/tokens.ts';
import { SimulatedClock } from '../../local/environment/simulated-clock.ts';
import type { System } from '../../src/app.ts';
import { type Answerer, connectInProcess } from '../../test/support/in-process.ts';
import { TablesInMemory } from '../../test/support/tables-in-memory.ts';
import { LATENCY_MS, MONTH } from './assumptions.ts';
import type { Service, Tally } from './tally.ts';

const SUBSCRIPTION_ID = '11111111-2222-4333-8444-555555555555';
const RESOURCE_GROUP = 'numerai-containers';
const KEYS = { publicId: 'SIMULATEDPUBLICID', secretKey: 'SIMULATEDSECRETKEY' };
export const APP_URL = 'https://app.local.test';
const ALERTS_URL = 'https://alerts.local.test';
const TABLES_URL = 'https://tables.local.test/account';

export interface WorldOptions {
  readonly models: number;
  readonly alerts: boolean;
  readonly folder: string;
  readonly tally: Tally;
  readonly callWebhook: (model: string, body: string) => Promise<number>;
}

export interface World {
  readonly clock: SimulatedClock;
  readonly numerai: NumeraiEmulator;
  readonly tables: TablesInMemory;
  readonly models: readonly ModelInWorld[];
  /** What the app gets where it runs in this group of instances. */
  systemFor(group: string): System;
  /** Waits until everybody waits for the clock. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

interface ModelInWorld {
  readonly name: string;
  readonly id: string;
  readonly tournament: keyof typeof TOURNAMENTS;
  readonly workMs: number;
}

export async function createWorld(options: WorldOptions): Promise<World> {
  const clock = new SimulatedClock(new Date(MONTH.begin));
  const certificates = await ensureCertificates(options.folder);
  trustAuthority(certificates);
  const tokens = new TokenAuthority();
  const models = Array.from({ length: options.models }, (_, index) => modelOf(index));
  const numerai = await startNumerai({
    certificates,
    clock,
    accounts: [{ username: 'simulated', ...KEYS, models: models.map(atNumerai) }],
    callWebhook: async (url, body) => ({
      status: await options.callWebhook(url.split('/').at(-1) ?? '', JSON.stringify(body)),
      body: '',
    }),
  });
  const runtime = new SimulatedRuntime({ clock });
  const common = { certificates, tokens, clock };
  const resourceManager = await startResourceManager({
    ...common,
    runtime,
    subscriptionId: SUBSCRIPTION_ID,
    resourceGroups: [RESOURCE_GROUP],
    delays: REALISTIC_DELAYS,
    rateLimits: DOCUMENTED_LIMITS,
    throttling: DOCUMENTED_BUCKETS,
  });
  const vault = await startKeyVault({
    ...common,
    secrets: {
      'numerai-public-id': KEYS.publicId,
      'numerai-secret-key': KEYS.secretKey,
      'alert-json': `${ALERTS_URL}/alert`,
    },
  });
  const tables = new TablesInMemory();
  const log = `${'x'.repeat(MONTH.logLineLength - 1)}\n`.repeat(MONTH.logLines - 1);
  runtime.behaviour = ({ env }) => {
    const model = models.find(({ id }) => id === env.MODEL_ID);
    if (model === undefined) throw new Error('A container without MODEL_ID.');
    const effect = () =>
      void numerai.submit({ modelId: model.id, triggerId: env.TRIGGER_ID ?? null });
    return { steps: [{ after: model.workMs, effect, line: `${log}Submitted.` }] };
  };

  const services: readonly [string, Service, Answerer][] = [
    [numerai.url, 'numerai', (request) => numerai.emulator.answer(request)],
    [resourceManager.url, 'resourceManager', (request) => resourceManager.emulator.answer(request)],
    [vault.url, 'vault', (request) => vault.emulator.answer(request)],
    [
      new URL(TABLES_URL).origin,
      'tables',
      async (request) => tables.answer({ ...request, id: 0, receivedAt: 0, status: 0 }),
    ],
    [ALERTS_URL, 'alerts', async () => ({ status: 204 })],
  ];
  let underWay = 0;
  /** The emulator, after its latency, with the request counted. */
  const counted = (group: string, service: Service, answer: Answerer): Answerer => {
    return async (request) => {
      options.tally.request(group, service, request);
      await clock.sleep(LATENCY_MS[service]);
      underWay += 1;
      try {
        return await answer(request);
      } finally {
        underWay -= 1;
      }
    };
  };
  const settings = {
    AZURE_SUBSCRIPTION_ID: SUBSCRIPTION_ID,
    CONTAINER_RESOURCE_GROUP: RESOURCE_GROUP,
    CONTAINER_LOCATION: 'westeurope',
    AZURE_RESOURCE_MANAGER_ENDPOINT: resourceManager.url,
    AzureWebJobsStorage__tableServiceUri: TABLES_URL,
    KEY_VAULT_URL: vault.url,
    NUMERAI_API_URL: numerai.url,
    PUBLIC_URL: APP_URL,
    ...(options.alerts ? { ALERT_WEBHOOKS: 'json:alert-json' } : {}),
  };
  return {
    clock,
    numerai,
    tables,
    models,
    systemFor: (group) => ({
      ...connectInProcess(
        new Map(services.map(([url, name, answer]) => [url, counted(group, name, answer)])),
      ),
      environment: settings,
      clock,
      random: Math.random,
      credential: {
        getToken: async (scopes) => {
          const audience = [scopes].flat()[0]?.replace(/\/\.default$/, '') ?? '';
          const { token, expiresOn } = tokens.issue({
            audience,
            clientId: 'app',
            lifetimeSeconds: 24 * 3600,
          });
          return { token, expiresOnTimestamp: expiresOn * 1000 };
        },
      },
      appFolder: options.folder,
    }),
    async settle() {
      // Between two requests an execution takes a few turns of the event loop.
      for (let quiet = 0; quiet < QUIET_TURNS; quiet = underWay === 0 ? quiet + 1 : 0)
        await nextTurn();
    },
    async close() {
      await resourceManager.close();
      await numerai.close();
      await vault.close();
      await runtime.close();
    },
  };
}

const QUIET_TURNS = 4;

/** Three of five models are of the classic tournament. */
function modelOf(index: number): ModelInWorld {
  const tournament = index % 5 === 3 ? 'signals' : index % 5 === 4 ? 'crypto' : 'classic';
  const number = String(index + 1).padStart(2, '0');
  return {
    name: `model-${number}`,
    id: `00000000-0000-4000-a000-${number.padStart(12, '0')}`,
    tournament,
    // The model in the middle of the list is the mean one: the first where there is only one.
    workMs: MONTH.workMs[(index + 2) % MONTH.workMs.length] ?? 0,
  };
}

function atNumerai({ id, name, tournament }: ModelInWorld) {
  return {
    id,
    name: name.replaceAll('-', '_'),
    tournament: TOURNAMENTS[tournament],
    webhook: `${APP_URL}/api/webhook/${name}`,
  };
}

/** The content of the app's `models.json`. */
export function modelsFile(models: World['models']): string {
  const secrets = {
    NUMERAI_PUBLIC_ID: 'numerai-public-id',
    NUMERAI_SECRET_KEY: 'numerai-secret-key',
  };
  return JSON.stringify({
    models: models.map(({ name, id, tournament }) => ({
      name,
      numeraiModelId: id,
      tournament,
      container: { image: 'docker.io/someone/submission:1', secrets },
    })),
  });
}
