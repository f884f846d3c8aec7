// What every adapter's tests have: a simulated world, clients in it, and models that nobody else uses.

import type { Fault, FaultList } from '../../../../local/emulators/faults.ts';
import { RESOURCE_GROUP, SUBSCRIPTION_ID } from '../../../../local/environment/subscription.ts';
import { createExternalCaller } from '../../../../src/lib/azure/external-call.ts';
import type { ResourceManagerOptions } from '../../../../src/lib/azure/resource-manager.ts';
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
  /** What every client of Resource Manager is made with. */
  readonly ofResourceManager: ResourceManagerOptions & {
    readonly subscriptionId: string;
    readonly resourceGroup: string;
  };
  readonly live: Stage['live'];
  /** One that no stage has had yet. */
  nextNumber(): number;
  /** A model as models.json has it, with this container. */
  model(container: object, rest?: object): Model;
  /** The part of a stage that is the same for each platform. @param starting the calls that start something. */
  common(of: { readonly image: string; readonly starting: NonNullable<Fault['match']> }): CommonStage;
}

type CommonStage = Pick<
  Stage,
  'now' | 'pass' | 'live' | 'behave' | 'refuseStart' | 'breakStart' | 'breakCalls' | 'loseImage'
> & { readonly world: World };

/** Of a stage whose executions stay in a history: what befalls only what the app makes and removes. */
export const NOTHING_IS_MADE: Pick<Stage, 'restartBeforeRemoval' | 'putForeign'> = {
  restartBeforeRemoval() {
    throw new Error('Nothing is removed.');
  },
  putForeign() {
    throw new Error('Nothing is made under a name that another may take.');
  },
};

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
  const { faults } = resourceManager.emulator;
  const call = createExternalCaller({ clock, random: () => 0.5 });
  return {
    world,
    faults,
    httpClient,
    call,
    ofResourceManager: {
      url: resourceManager.url,
      subscriptionId: SUBSCRIPTION_ID,
      resourceGroup: RESOURCE_GROUP,
      credential: world.credential,
      call,
      httpClient,
    },
    live,
    common: ({ image, starting: match }) => ({
      world,
      now: () => clock.now(),
      pass: (milliseconds) => clock.advance(milliseconds),
      live,
      behave: (behaviour) => void behaviours.set(image, behaviour),
      refuseStart: (by) => void faults.add({ ...REFUSALS[by], kind: 'status', match, times: 1 }),
      breakStart(how) {
        faults.add({ kind: how === 'answer-lost' ? 'drop-after' : 'drop-before', match, times: 1 });
      },
      breakCalls(times) {
        faults.clear();
        if (times > 0) faults.add({ kind: 'drop-before', times });
      },
      loseImage: () => void runtime.missingImages.add(image),
    }),
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
const REFUSALS = {
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
