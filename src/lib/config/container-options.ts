// What a container that the app creates may have beside its image: data, a network, an identity, a lower price. The
// rules are those of Azure Container Instances, so that a wrong one is told when the app starts, and not in a round.

import * as z from 'zod/mini';
import { decimal, described, fault, matching, optional, secretName } from './fields.ts';

/** https://learn.microsoft.com/azure/container-instances/container-instances-resource-and-quota-limits */
const MAX_VOLUMES = 20;
const SPOT = { maxCpu: 4, maxMemoryGB: 16 } as const;

/** A share of Azure Files. Each has a volume of its own, even where two are of one share: Azure takes no other. */
const volume = z.strictObject(
  {
    mountPath: matching(
      /^(\/(?!\.{1,2}(\/|$))[^/:\s]+)+$/,
      'the path in the container, such as `/models`: absolute, without `:` and blanks, no `/` at its end',
    ),
    share: matching(
      /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/,
      'the name of a file share: 3 to 63 lower-case letters, digits and single hyphens',
    ),
    account: matching(
      /^[a-z0-9]{3,24}$/,
      'the name of the storage account of the share: 3 to 24 lower-case letters and digits',
    ),
    accountKeySecret: described('Name of the secret in Key Vault that holds a key of the storage account.', secretName),
    readOnly: described(
      'Whether the container may only read; default: true.',
      z._default(z.boolean('true or false'), true),
    ),
  },
  'an object with `mountPath`, `share`, `account` and `accountKeySecret`',
);

const volumes = described(
  'Shares of Azure Files that the container sees as folders.',
  z.array(volume, 'a list of volumes').check(z.maxLength(MAX_VOLUMES, `at most ${MAX_VOLUMES}`), (context) => {
    const taken = new Set<string>();
    for (const [index, { mountPath }] of context.value.entries()) {
      if (taken.has(mountPath))
        context.issues.push(fault(mountPath, [index, 'mountPath'], 'a path that no other volume has'));
      taken.add(mountPath);
    }
  }),
);

/** Azure takes them in any case. */
const resource = (pattern: RegExp, what: string) => matching(pattern, `the resource id of ${what}`);
const subnet = resource(
  /^\/subscriptions\/[^/]+\/resource[gG]roups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/i,
  'a subnet that is delegated to Microsoft.ContainerInstance/containerGroups',
);
export const identityFor = (what: string) =>
  resource(
    /^\/subscriptions\/[^/]+\/resource[gG]roups\/[^/]+\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[^/]+$/i,
    `a user-assigned identity${what}`,
  );
const identity = identityFor(', which the container gets');
const priority = described(
  'Spot: cheaper, and Azure may take the container away at any time, then starts it again.',
  z.enum(['Regular', 'Spot'], 'Regular or Spot'),
);
const keepFailed = described(
  'Whether the container group of the newest failed attempt is kept for a day, to be looked at.',
  z.boolean('true or false'),
);

/** Its tag may have capitals. */
export const imageName = matching(
  /^[a-z0-9][a-z0-9._:-]*(\/[a-z0-9][a-z0-9._-]*)*(:\w[\w.-]{0,127})?(@sha256:[a-f0-9]{64})?$/,
  'the name of an image, such as `docker.io/someone/ensemble:1.4`: without `https://`, no capitals but in its tag',
);
export const registryServer = matching(
  /^[A-Za-z0-9.-]+(:\d+)?$/,
  'the host name of a registry, such as `docker.io`, without `https://`',
);
export const registryIdentity = identityFor(' that pulls; default: the setting CONTAINER_IDENTITY_ID');
export const variableName = matching(
  /^[A-Za-z_][A-Za-z0-9_]{0,62}$/,
  'the name of an environment variable: letters, digits and `_`, at most 63',
);

/** Azure refuses others: "should be in increments of 0.01", and "of 0.1 GB". */
export const cpu = decimal('a number of CPU cores', 31, 2);
export const memoryGB = decimal('a number of gigabytes', 240, 1);

interface Options {
  volumes: z.output<typeof volumes>;
  subnet: string | null;
  identity: string | null;
  priority: z.output<typeof priority>;
  keepFailed: boolean;
}

/** Where nothing is said. */
export const NO_OPTIONS: Options = {
  volumes: [],
  subnet: null,
  identity: null,
  priority: 'Regular',
  keepFailed: false,
};

export const optionsOfContainer = {
  volumes: z._default(volumes, []),
  subnet: optional(subnet),
  identity: optional(identity),
  priority: z._default(priority, NO_OPTIONS.priority),
  keepFailed: z._default(keepFailed, NO_OPTIONS.keepFailed),
} as const;

/** What it leaves out is as in the model's own container. */
export const optionsOfLastResort = {
  volumes: z.optional(volumes),
  subnet: z.optional(subnet),
  identity: z.optional(identity),
  priority: z.optional(described('Default: Regular, whatever the container has.', priority)),
  keepFailed: z.optional(keepFailed),
} as const;

/** As it was written where it is wrong: what is said of that is said elsewhere. */
interface Placed {
  readonly subnet: unknown;
  readonly priority: unknown;
  readonly cpu: unknown;
  readonly memoryGB: unknown;
  readonly maxMemoryGB?: unknown;
  readonly locations: unknown;
}

type Misplacement = { readonly key: keyof Placed; readonly expected: string };

/** What does not go together. */
export function misplacements({ subnet, priority, cpu, memoryGB, maxMemoryGB, locations }: Placed): Misplacement[] {
  const found: Misplacement[] = [];
  const isInSubnet = typeof subnet === 'string';
  // A subnet is in one region, and a container group must be in the same.
  if (isInSubnet && Array.isArray(locations) && locations.length > 1)
    found.push({ key: 'locations', expected: 'one region beside `subnet`: that of its virtual network' });
  if (priority !== 'Spot') return found;
  // https://learn.microsoft.com/azure/container-instances/container-instances-spot-containers-overview
  if (isInSubnet)
    found.push({
      key: 'priority',
      expected: 'Regular beside `subnet`: Azure has no Spot containers in a virtual network',
    });
  for (const [key, amount, max] of [
    ['cpu', cpu, SPOT.maxCpu],
    ['memoryGB', memoryGB, SPOT.maxMemoryGB],
    ['maxMemoryGB', maxMemoryGB, SPOT.maxMemoryGB],
  ] as const) {
    if (typeof amount === 'number' && amount > max)
      found.push({ key, expected: `at most ${max} with the priority Spot` });
  }
  return found;
}
