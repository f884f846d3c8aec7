// What every adapter's tests have: a simulated world, clients in it, and models that nobody else uses.

import type { FaultList } from '../../../../local/emulators/faults.ts';
import { createExternalCaller } from '../../../../src/lib/azure/external-call.ts';
import type { HttpClient } from '../../../../src/lib/azure/sdk-types.ts';
import { type Model, parseModels } from '../../../../src/lib/config/models.ts';
import type { ExternalCaller } from '../../../../src/lib/util/external-call.ts';
import type { WireRequest } from '../../../simulation/world/carrier.ts';
import { DELAYS, startWorld, type World } from '../../../simulation/world/world.ts';
import { clientsOf } from '../../../support/clients.ts';
import { type Behaviour, RETRY_AFTER_SECONDS, type Stage } from './subject.ts';

const ACCOUNT = { username: 'someone', publicId: 'P'.repeat(32), secretKey: 'S'.repeat(64) };

export interface Surroundings {
  readonly world: World;
  readonly faults: FaultList;
  readonly httpClient: HttpClient;
  readonly call: ExternalCaller;
  readonly live: Stage['live'];
  /** What the containers of an image do. */
  readonly behaviours: Map<string, Behaviour>;
  /** One that no stage has had yet. */
  nextNumber(): number;
  /** A model as models.json has it, with this container. */
  model(container: object, rest?: object): Model;
}

/** @param before gets each request right before it is carried out. */
export async function openSurroundings(
  secrets: Readonly<Record<string, string>>,
  before?: (request: WireRequest) => void,
): Promise<Surroundings> {
  const world = await startWorld({
    start: '2026-04-01T12:00:00Z',
    numerai: { accounts: [{ ...ACCOUNT, models: [] }] },
    secrets: {
      ...secrets,
      'numerai-public-id': ACCOUNT.publicId,
      'numerai-secret-key': ACCOUNT.secretKey,
    },
    resourceManager: {
      delays: { ...DELAYS, pulling: 5_000 },
      // What is looked for need not be on the first page.
      pageSize: 3,
    },
  });
  const { clock, resourceManager, runtime } = world;
  const { httpClient, live } = clientsOf(world, before);
  const behaviours = new Map<string, Behaviour>();
  runtime.behaviour = ({ image }) => {
    const { lines = [], runsFor = 60_000, exitCode = 0 } = behaviours.get(image) ?? {};
    return {
      steps: lines.map((line) => ({ after: 0, line })),
      endsAfter: runsFor,
      exitCode,
    };
  };
  let count = 0;
  return {
    world,
    faults: resourceManager.emulator.faults,
    httpClient,
    call: createExternalCaller({ clock, random: () => 0.5 }),
    live,
    behaviours,
    nextNumber: () => count,
    model(container, rest = {}) {
      count += 1;
      const content = {
        name: `model-${count}`,
        tournament: 'classic',
        container,
        timeoutMinutes: 60,
        ...rest,
      };
      const {
        models: [parsed],
      } = parseModels(JSON.stringify({ models: [content] }), {
        file: 'models.json',
        containerLocation: 'westeurope',
        containerIdentityId: undefined,
      });
      if (parsed === undefined) throw new Error('There is one model.');
      return parsed;
    },
  };
}

/** In Resource Manager's words. */
export const REFUSALS = {
  full: {
    status: 409,
    code: 'ServiceUnavailable',
    message:
      "The requested resource is not available in the location 'westeurope' at this moment. Please retry with a different resource request or in another location.",
  },
  quota: {
    status: 400,
    code: 'ContainerGroupQuotaReached',
    message: "The container group quota 'StandardCores' is exceeded in region 'westeurope'.",
  },
  forbidden: {
    status: 403,
    code: 'AuthorizationFailed',
    message: "The client 'c' does not have authorization to perform this action.",
  },
  throttled: {
    status: 429,
    code: 'TooManyRequests',
    message: 'The request is being throttled.',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  },
} as const;
