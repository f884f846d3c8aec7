// Shared by the tests of the Resource Manager emulator: the emulator, and the real SDK's client for it.

import { type ContainerGroup, ContainerInstanceManagementClient } from '@azure/arm-containerinstance';
import type { ContainerRuntime } from '../../../../local/containers/runtime.ts';
import { type Behaviour, SimulatedRuntime } from '../../../../local/containers/simulated.ts';
import {
  type ResourceManager,
  type ResourceManagerOptions,
  startResourceManager,
} from '../../../../local/emulators/resource-manager/resource-manager.ts';
import { TokenAuthority } from '../../../../local/emulators/tokens.ts';
import { SimulatedClock } from '../../../../local/environment/simulated-clock.ts';
import { trustedCertificates } from '../trusted-certificates.ts';

export const SUBSCRIPTION = '11111111-2222-3333-4444-555555555555';
export const RESOURCE_GROUP = 'numerai';
export const CLIENT_ID = 'aaaaaaaa-0000-0000-0000-000000000001';
export const AUDIENCE = 'https://management.azure.com';
const API = 'api-version=2023-05-01';

const endings: (() => Promise<unknown>)[] = [];

/** Stops everything that the test has started, newest first. */
export async function stopAll(): Promise<void> {
  for (const end of endings.splice(0).reverse()) await end();
}

export interface Here {
  readonly manager: ResourceManager;
  readonly tokens: TokenAuthority;
  readonly client: ContainerInstanceManagementClient;
  /** Sends a raw request. The path is relative to the resource group's container groups. */
  raw(method: string, path: string, options?: RawOptions): Promise<RawAnswer>;
}

interface RawOptions {
  readonly body?: unknown;
  readonly token?: string | null;
  readonly query?: string;
  /** What the path is relative to instead. */
  readonly base?: string;
}

interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly body: unknown;
}

/** The emulator with one resource group, and clients for it. */
export async function startHere(
  options: Partial<ResourceManagerOptions> & { runtime: ContainerRuntime },
): Promise<Here> {
  const tokens = options.tokens ?? new TokenAuthority();
  const manager = await startResourceManager({
    certificates: await trustedCertificates(),
    tokens,
    subscriptionId: SUBSCRIPTION,
    resourceGroups: [RESOURCE_GROUP],
    ...options,
  });
  endings.push(() => options.runtime.close());
  endings.push(() => manager.close());
  const client = new ContainerInstanceManagementClient(
    {
      getToken: async () => {
        const { token, expiresOn } = tokens.issue({ audience: AUDIENCE, clientId: CLIENT_ID });
        return { token, expiresOnTimestamp: expiresOn * 1000 };
      },
    },
    SUBSCRIPTION,
    // As in the app, which has its own retries and none of the SDK's.
    { endpoint: manager.url, retryOptions: { maxRetries: 0 } },
  );
  const raw = async (method: string, path: string, asked: RawOptions = {}): Promise<RawAnswer> => {
    const base =
      asked.base ??
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.ContainerInstance/containerGroups`;
    const token =
      asked.token === undefined ? tokens.issue({ audience: AUDIENCE, clientId: CLIENT_ID }).token : asked.token;
    const response = await fetch(`${manager.url}${base}${path}?${asked.query ?? API}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(asked.body === undefined
        ? {}
        : { body: typeof asked.body === 'string' ? asked.body : JSON.stringify(asked.body) }),
    });
    const text = await response.text();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const error = errorOf(body);
    return {
      status: response.status,
      headers: response.headers,
      code: error?.code,
      message: error?.message,
      body,
    };
  };
  return { manager, tokens, client, raw };
}

function errorOf(body: unknown): { code: string; message: string } | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  const { error } = body;
  if (typeof error !== 'object' || error === null) return undefined;
  if (!('code' in error) || !('message' in error)) return undefined;
  return { code: String(error.code), message: String(error.message) };
}

const location = 'westus2';
const policies = { osType: 'Linux', restartPolicy: 'Never' } as const;
const container = {
  image: 'docker.io/someone/ensemble:1.4',
  environmentVariables: [
    { name: 'TRIGGER_ID', value: 'abc' },
    { name: 'NUMERAI_SECRET_KEY', secureValue: 'very-secret' },
  ],
  resources: { requests: { cpu: 1, memoryInGB: 1.5 } },
};

/** A group in the SDK's form, with one container called `work`. */
export const groupBody = (changes: Partial<ContainerGroup> = {}): ContainerGroup => ({
  location,
  ...policies,
  containers: [{ name: 'work', ...container }],
  ...changes,
});

/** The same group as it goes over the wire, for raw requests. */
export const wireBody = (changes: object = {}) => ({
  location,
  properties: { ...policies, containers: [{ name: 'work', properties: container }] },
  ...changes,
});

export interface Simulated extends Here {
  readonly clock: SimulatedClock;
  readonly runtime: SimulatedRuntime;
  get(name?: string): Promise<ContainerGroup>;
}

/** The emulator with simulated containers, on a simulated clock. */
export async function simulated(
  behaviour: Behaviour = () => ({ endsAfter: 10_000 }),
  options: Partial<ResourceManagerOptions> = {},
): Promise<Simulated> {
  const clock = new SimulatedClock('2026-04-01T12:00:00Z');
  const runtime = new SimulatedRuntime({ clock, behaviour });
  const here = await startHere({ clock, runtime, ...options });
  const get = (name = 'demo') => here.client.containerGroups.get(RESOURCE_GROUP, name);
  return { ...here, clock, runtime, get };
}

/** States of the provisioning, the group and its first container. */
export const stateOf = (group: ContainerGroup) => [
  group.provisioningState,
  group.instanceView?.state,
  group.containers[0]?.instanceView?.currentState?.state,
];

/** Names of the first container's events. */
export function eventsOf(group: ContainerGroup): (string | undefined)[] {
  return (group.containers[0]?.instanceView?.events ?? []).map(({ name }) => name);
}

/** An identity that may pull images. */
export const IDENTITY =
  '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/numerai/providers/Microsoft.ManagedIdentity/userAssignedIdentities/pull';

/** A change to the body's properties, or to its first container's. */
export interface Change {
  readonly top?: object;
  readonly properties?: object;
  readonly container?: object;
  readonly name?: string;
}

/** A registry credential of a user. */
export function credential(changes: object): object {
  return { server: 'docker.io', username: 'someone', password: 'x', ...changes };
}

/** The wire body with changes; `undefined` removes a field. */
export function changedBody({ top = {}, properties = {}, container = {} }: Change): object {
  const body = wireBody();
  const [first] = body.properties.containers;
  return {
    ...body,
    properties: {
      ...body.properties,
      containers: [{ name: 'work', properties: { ...first?.properties, ...container } }],
      ...properties,
    },
    ...top,
  };
}
