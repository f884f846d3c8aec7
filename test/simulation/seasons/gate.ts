// The outages of the plan, as what happens to a call that meets one.

import * as z from 'zod';
import type { Plan } from '../world/external-calls.ts';
import { type Fate, PASS } from '../world/fate.ts';
import type { Conditions } from './conditions.ts';
import { hiccupsOf } from './hiccups.ts';
import type { SeasonModel } from './models.ts';
import type { Outage } from './outages.ts';
import type { SeasonPlan } from './plan.ts';

export interface Groups {
  /** Where a group is that exists. */
  locationOf(name: string): string | null;
  modelOf(name: string): SeasonModel | null;
}

const putBody = z.object({
  location: z.string(),
  properties: z.object({
    containers: z.array(
      z.object({
        properties: z.object({
          environmentVariables: z.array(z.object({ name: z.string(), value: z.string().optional() })),
        }),
      }),
    ),
  }),
});

/**
 * The words of each refusal. Registry: issue 157 of Azure/alz-terraform-accelerator. Quota: issue 51738 of
 * MicrosoftDocs/azure-docs. Numerai's: local/emulators/numerai/errors.ts.
 */
const REFUSED = {
  groups: {
    status: 403,
    code: 'AuthorizationFailed',
    message:
      'The client does not have authorization to perform this action over the scope or the scope is invalid. If access was recently granted, please refresh your credentials.',
  },
  vault: {
    status: 403,
    code: 'Forbidden',
    message:
      'Caller is not authorized to perform action on resource. If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.',
  },
  registry: {
    status: 409,
    code: 'RegistryErrorResponse',
    message: "An error response is received from the docker registry 'index.docker.io'. Please retry later.",
  },
  quota: (region: string) => ({
    status: 400,
    code: 'ContainerGroupQuotaReached',
    message: `Resource type 'Microsoft.ContainerInstance/containerGroups' container group quota 'StandardCores' exceeded in region '${region}'. Limit: '100', Usage: '99' Requested: '1'.`,
  }),
  key: { status: 200, message: 'Your session is invalid or has expired.' },
  words: { status: 200, message: 'Internal server error' },
} as const;

export function gateOf(season: SeasonPlan, conditions: Conditions, now: () => number, groups: Groups): Plan {
  const hiccup = hiccupsOf(season);
  const byId = new Map(season.models.map((model) => [model.id, model]));
  const ofGroups = (method: string, path: string, body: string): Fate => {
    const at = now();
    const whole = conditions.find('resource-manager', at);
    if (whole !== undefined) return shown(whole);
    if (conditions.find('role-groups', at) !== undefined) return { do: 'status', ...REFUSED.groups };
    const [, group = '', action = ''] = /\/containerGroups\/([^/?]+)(?:\/(start)$)?/i.exec(path) ?? [];
    const put = method === 'PUT' ? putBody.safeParse(JSON.parse(body)).data : undefined;
    const region = put?.location ?? groups.locationOf(group);
    if (region === null) return PASS;
    const ofRegion = conditions.find('region', at, region);
    if (ofRegion !== undefined) return shown(ofRegion);
    const id = put?.properties.containers[0]?.properties.environmentVariables.find(({ name }) => name === 'MODEL_ID');
    const model = put === undefined ? groups.modelOf(group) : byId.get(id?.value ?? '');
    if (model == null || (put === undefined && action === '')) return PASS;
    if (put !== undefined && conditions.isOverQuota(model, region, at))
      return { do: 'status', ...REFUSED.quota(region) };
    if (conditions.isThrottled(model, at)) return { do: 'status', ...REFUSED.registry };
    return hiccup(model, at) ?? PASS;
  };
  return ({ dependency, method, path }, _caller, { headers, body }) => {
    const outage = (kind: 'tables' | 'key-vault' | 'numerai') => conditions.find(kind, now());
    switch (dependency) {
      case 'tables':
        return shown(outage('tables'));
      case 'key-vault': {
        if (conditions.find('role-vault', now()) !== undefined) return { do: 'status', ...REFUSED.vault };
        return shown(outage('key-vault'));
      }
      case 'numerai': {
        const down = outage('numerai');
        if (down?.way === 'words') return { do: 'status', ...REFUSED.words };
        if (down !== undefined) return shown(down);
        const isRefused = hasKey(headers) && conditions.find('revoked', now()) !== undefined;
        return isRefused ? { do: 'status', ...REFUSED.key } : PASS;
      }
      case 'resource-manager':
        return ofGroups(method, path, body);
      case 'alerts':
        return PASS;
    }
  };
}

function shown(outage: Outage | undefined): Fate {
  switch (outage?.way) {
    case undefined:
      return PASS;
    case 'refuse':
      return { do: 'refuse' };
    case 'hang':
      return { do: 'hang' };
    case 'status':
    case 'words':
      return { do: 'status', status: 503 };
  }
}

const hasKey = (headers: Readonly<Record<string, string>>) =>
  Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
