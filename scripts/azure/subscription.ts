// What the subscription itself would refuse, asked of Azure before anything is made: locks, policies on tags and regions, and
// resource groups that are not there.

import * as z from 'zod/mini';
import { type Finding, failed, note, ok } from '../../cli/check/finding.ts';
import type { Entry, ModelsFile } from '../../src/lib/config/models.ts';
import { messageOf } from '../../src/lib/util/errors.ts';
import type { AzureCli } from './azure-cli.ts';
import { existingGroups, required } from './hook.ts';
import { type GroupInUse, lockFindings } from './locks.ts';
import { policyFindings, type RegionInUse } from './policies.ts';

type Environment = NodeJS.ProcessEnv;

/** The resource groups of a deployment with these settings. */
function groupsInUse(environment: Environment, { models, jobs }: ModelsFile): readonly GroupInUse[] {
  const app = `rg-${required(environment, 'AZURE_ENV_NAME')}`;
  const own = environment.EXISTING_CONTAINER_RESOURCE_GROUP || null;
  const removes = [...models, ...jobs].filter(makesGroups).map(({ name }) => name);
  const groups = [
    { name: app, setting: null, removes: [] },
    {
      name: own ?? `${app}-containers`,
      setting: own === null ? null : 'EXISTING_CONTAINER_RESOURCE_GROUP',
      removes,
    },
    ...existingGroups(environment).map((group) => ({ ...group, removes: [] })),
  ];
  // One that stands in two settings is told once, by the first.
  return groups.filter(
    ({ name }, index) => groups.findIndex((other) => other.name.toLowerCase() === name.toLowerCase()) === index,
  );
}

const makesGroups = ({ container, lastResort }: Entry): boolean => container.kind === 'image' || lastResort !== null;

/** The regions of a deployment, each with where it is written. */
function regionsInUse(environment: Environment, { models, jobs }: ModelsFile): readonly RegionInUse[] {
  const settings = ['AZURE_LOCATION', 'CONTAINER_LOCATION'].flatMap((name) => {
    const region = environment[name];
    return region ? [{ region, subject: `setting ${name}`, ofGroups: name === 'AZURE_LOCATION' }] : [];
  });
  const said = new Set(settings.map(({ region }) => region));
  const ofEntries = (list: string, entries: readonly Entry[]) =>
    entries.flatMap(({ name, container, lastResort }, index) =>
      [
        ['container', container] as const,
        ...(lastResort === null ? [] : [['lastResort', lastResort.container] as const]),
      ].flatMap(([key, each]) =>
        each.kind !== 'image'
          ? []
          : each.locations
              .filter((region) => !said.has(region))
              .map((region) => ({
                region,
                subject: `${list}[${index}].${key}.locations of ${name}`,
                ofGroups: false,
              })),
      ),
    );
  return [...settings, ...ofEntries('models', models), ...ofEntries('jobs', jobs)];
}

const namesSchema = z.array(z.string());

/** @param text the names of all resource groups. */
function missingGroups(text: string, groups: readonly GroupInUse[]): readonly Finding[] {
  const there = new Set(namesSchema.parse(JSON.parse(text)).map((name) => name.toLowerCase()));
  return groups.flatMap(({ name, setting }) =>
    setting === null || there.has(name.toLowerCase())
      ? []
      : [
          failed(
            `setting ${setting}`,
            `the subscription has no resource group ${name}, or does not show it to you.`,
            'Name one that exists; without the setting the template makes what it needs.',
          ),
        ],
  );
}

/** Asks Azure. What it does not let be seen is told as not checked. */
export async function subscriptionFindings(
  az: AzureCli,
  environment: Environment,
  models: ModelsFile,
): Promise<readonly Finding[]> {
  const groups = groupsInUse(environment, models);
  const missing = await asked('resource groups that exist', async () =>
    missingGroups(await az(['group', 'list', '--query', '[].name', '--output', 'json']), groups),
  );
  const locks = await asked('locks', async () => lockFindings(await az(['lock', 'list', '--output', 'json']), groups));
  const policies = await asked('policies on tags and regions', async () =>
    policyFindings(
      await az(['policy', 'assignment', 'list', '--disable-scope-strict-match', 'true', '--output', 'json']),
      {
        subscriptionId: required(environment, 'AZURE_SUBSCRIPTION_ID'),
        groups: groups.map(({ name }) => name),
        tags: environment.TAGS ?? '',
        regions: regionsInUse(environment, models),
      },
    ),
  );
  return [...missing, ...locks, ...policies];
}

async function asked(what: string, ask: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    const found = await ask();
    return found.length === 0 ? [ok(what, 'nothing is in the way.')] : found;
  } catch (error) {
    return [note(what, `they cannot be looked at: ${messageOf(error)}`, 'Azure will say what it refuses.')];
  }
}
