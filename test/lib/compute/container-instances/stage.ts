// The container groups of the app, with the real SDK, on the Resource Manager emulator of the simulated world.

import type { FaultList } from '../../../../local/emulators/faults.ts';
import { RESOURCE_GROUP } from '../../../../local/environment/subscription.ts';
import { createSecretStore } from '../../../../src/lib/azure/key-vault.ts';
import { createContainerInstances } from '../../../../src/lib/compute/container-instances/adapter.ts';
import { preparedOf } from '../../../../src/lib/compute/container-instances/prepared.ts';
import { createContainerGroups } from '../../../../src/lib/compute/container-instances/resource-manager.ts';
import type { AttemptedRun, Platform } from '../../../../src/lib/compute/platform.ts';
import type { Model } from '../../../../src/lib/config/models.ts';
import { createLog } from '../../../../src/lib/util/log.ts';
import { createRedaction } from '../../../../src/lib/util/redaction.ts';
import type { World } from '../../../simulation/world/world.ts';
import type { ContainerKind, Stage } from '../contract/subject.ts';
import { openSurroundings } from '../contract/surroundings.ts';

const KNOWN = { retriesPull: true, isMeasured: true } as const;

export const KINDS = [
  { name: 'a group for each attempt', isMade: true, isShared: false, hasSecrets: true, logElsewhere: null, ...KNOWN },
  { name: 'a group that exists', isMade: false, isShared: true, hasSecrets: false, logElsewhere: null, ...KNOWN },
] as const satisfies readonly ContainerKind[];

const SECRETS = { 'api-key': 'sesame-of-the-api', 'registry-token': 'sesame-of-the-registry' };

/** The adapter in its world, and what its own tests do to that. */
export interface Opened {
  readonly world: World;
  readonly platform: Platform;
  stage(kind: ContainerKind): Promise<ContainerInstancesStage>;
  readonly faults: FaultList;
  /** A model as models.json has it, with this container. */
  model(container: object, rest?: object): Model;
  live: Stage['live'];
  close(): Promise<void>;
}

export interface ContainerInstancesStage extends Stage {
  readonly world: World;
  /** The group of an attempt. */
  groupOf(run: AttemptedRun): string;
}

export async function openContainerInstances(): Promise<Opened> {
  let beforeRemoval: (() => void) | undefined;
  const surroundings = await openSurroundings(SECRETS, ({ method }) => {
    if (method !== 'DELETE') return;
    beforeRemoval?.();
    beforeRemoval = undefined;
  });
  const { world, faults, model, live, httpClient, call } = surroundings;
  const { clock, resourceManager } = world;
  const redaction = createRedaction();
  const secrets = createSecretStore({
    vaultUrl: world.settings.KEY_VAULT_URL,
    environment: {},
    credential: world.credential,
    call,
    clock,
    onSecret: redaction.add,
    httpClient,
  });
  const platform = createContainerInstances({
    groups: createContainerGroups(surroundings.ofResourceManager),
    resourceGroup: RESOURCE_GROUP,
    secrets,
    clock,
    redact: redaction.apply,
    log: createLog({ level: 'error', redaction, write: () => {} }),
  });

  async function stage(kind: ContainerKind): Promise<ContainerInstancesStage> {
    faults.clear();
    const count = surroundings.nextNumber();
    const image = `docker.io/someone/model:${count}`;
    const group = `own-${count}`;
    const own = model(
      kind.isMade
        ? {
            image,
            secrets: { API_KEY: 'api-key' },
            registry: {
              server: 'docker.io',
              username: 'someone',
              passwordSecret: 'registry-token',
            },
          }
        : { group },
    );
    if (!kind.isMade) resourceManager.createGroup({ name: group, image, state: 'Succeeded' });
    const groupOf = (run: AttemptedRun): string => {
      const prepared = preparedOf(run.attempt);
      if (prepared === null) throw new Error('The attempt is prepared.');
      return prepared.group;
    };
    const STARTING = kind.isMade ? { method: 'PUT' } : { method: 'POST', path: '/start' };
    const names = () =>
      resourceManager.groups.names.filter((name) => (kind.isMade ? name.startsWith(`${own.name}-`) : name === group));
    const starts = () =>
      resourceManager.groups.starts.filter((start) => start.image === image && start.kind !== 'repair');
    return {
      ...surroundings.common({ image, starting: STARTING }),
      name: 'container-instances',
      platform,
      model: own,
      secrets: Object.values(SECRETS),
      groupOf,
      starts: () => starts().length,
      mayRun: () =>
        names().some((name) => {
          const { transition, containers } = resourceManager.groups.get(name);
          const starting = transition !== undefined && !['stopping', 'deleting'].includes(transition);
          return starting || containers.some(({ running }) => running !== undefined);
        }),
      breakLooks: () => void faults.add({ kind: 'drop-before', match: { method: 'GET' } }),
      async stopOutside(run) {
        resourceManager.groups.stopByHand(groupOf(run));
      },
      deleteOutside: (run) => resourceManager.groups.deleteByHand(groupOf(run)),
      failProvisioning: (run) => resourceManager.groups.failProvisioning(groupOf(run)),
      killForMemory: (run) => resourceManager.groups.kill(groupOf(run)),
      restartBeforeRemoval(run) {
        beforeRemoval = () => resourceManager.groups.repair(groupOf(run));
      },
      async putForeign(run) {
        resourceManager.createGroup({
          name: groupOf(run),
          image: 'docker.io/x/y:1',
          state: 'Running',
        });
      },
    };
  }

  return { world, platform, faults, model, stage, live, close: () => world.close() };
}
