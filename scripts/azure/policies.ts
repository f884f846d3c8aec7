// Azure's own policies on tags and regions, where they are assigned: what they refuse, the deployment or the first run would meet.
// Policies that people have written themselves, and initiatives, are not read: Azure's validation of the template meets those.
//
// https://learn.microsoft.com/azure/governance/policy/samples/built-in-policies#tags, #general

import * as z from 'zod/mini';
import { type Finding, failed } from '../../cli/check/finding.ts';
import { elementsOf } from './hook.ts';

interface Definition {
  readonly demands: 'tag' | 'region';
  /** Of resource groups only; else of what is in them. */
  readonly ofGroups: boolean;
}

const DEFINITIONS: Readonly<Record<string, Definition>> = {
  '871b6d14-10aa-478d-b590-94f262ecfa99': { demands: 'tag', ofGroups: false },
  '1e30110a-5ceb-460c-a204-c1c3969c6d62': { demands: 'tag', ofGroups: false },
  '96670d01-0a4d-4649-9c89-2d3abc0a5025': { demands: 'tag', ofGroups: true },
  '8ce3da23-7156-49e4-b145-24f95f9dcb46': { demands: 'tag', ofGroups: true },
  'e56962a6-4747-49cd-b67b-bf8b01975c4c': { demands: 'region', ofGroups: false },
  'e765b5de-1225-4ba3-bd56-1ac6695af988': { demands: 'region', ofGroups: true },
};

/** Policies of one's own have parameters of these names too, and of other forms. */
const value = <T extends z.ZodMiniType>(schema: T) => z.catch(z.optional(z.object({ value: schema })), undefined);
const assignmentSchema = z.object({
  name: z.string(),
  displayName: z.nullish(z.string()),
  enforcementMode: z.nullish(z.string()),
  policyDefinitionId: z.string(),
  scope: z.nullish(z.string()),
  notScopes: z.nullish(z.array(z.string())),
  parameters: z.nullish(
    z.object({
      tagName: value(z.string()),
      tagValue: value(z.string()),
      listOfAllowedLocations: value(z.array(z.string())),
    }),
  ),
});
type Assignment = z.output<typeof assignmentSchema>;

/** A region, and where it is written. */
export interface RegionInUse {
  readonly region: string;
  /** `setting AZURE_LOCATION`, `models[0].container.locations[1] of model nightly` */
  readonly subject: string;
  /** Whether resource groups are made there. */
  readonly ofGroups: boolean;
}

export interface InUse {
  readonly subscriptionId: string;
  /** Names of all resource groups that are made, or changed. */
  readonly groups: readonly string[];
  /** The setting TAGS. */
  readonly tags: string;
  readonly regions: readonly RegionInUse[];
}

/** What the template gives to all that it makes. */
const OWN_TAG = 'azd-env-name';

/** @param text what `az policy assignment list` prints. */
export function policyFindings(text: string, of: InUse): readonly Finding[] {
  return elementsOf(assignmentSchema, text).flatMap((assignment) => {
    const definition = DEFINITIONS[assignment.policyDefinitionId.split('/').at(-1)?.toLowerCase() ?? ''];
    if (definition === undefined || assignment.enforcementMode === 'DoNotEnforce' || !applies(assignment, of))
      return [];
    return definition.demands === 'tag'
      ? tagFindings(assignment, definition, of)
      : regionFindings(assignment, definition, of);
  });
}

/** Whether its scope is the subscription, something above it, or a resource group that is used. */
function applies({ scope, notScopes }: Assignment, { subscriptionId, groups }: InUse): boolean {
  const subscription = `/subscriptions/${subscriptionId}`.toLowerCase();
  const used = groups.map((group) => `${subscription}/resourcegroups/${group.toLowerCase()}`);
  const exempt = (notScopes ?? []).map((each) => each.toLowerCase());
  const place = scope?.toLowerCase() ?? subscription;
  return used.some(
    (group) =>
      (!place.includes('/resourcegroups/') || place === group) &&
      !exempt.includes(group) &&
      !exempt.includes(subscription),
  );
}

const called = ({ name, displayName }: Assignment): string => `the policy ${displayName || name}`;

function tagFindings(assignment: Assignment, { ofGroups }: Definition, { tags }: InUse): readonly Finding[] {
  const name = assignment.parameters?.tagName?.value;
  if (name === undefined) return [];
  const expected = assignment.parameters?.tagValue?.value;
  const given = tags
    .split(',')
    .map((pair) => pair.split('='))
    .find(([key = '']) => key.trim().toLowerCase() === name.toLowerCase())
    ?.slice(1)
    .join('=')
    .trim();
  const isOwn = name.toLowerCase() === OWN_TAG;
  if (isOwn || (given !== undefined && (expected === undefined || given.toLowerCase() === expected.toLowerCase())))
    return [];
  const what = `the tag ${name}${expected === undefined ? '' : `, ${expected},`}`;
  return [
    failed(
      'setting TAGS',
      `${called(assignment)} demands ${what} of ${ofGroups ? 'resource groups' : 'all resources'}, and TAGS ${given === undefined ? 'has none' : `has ${given}`}.`,
      `Add it: azd env set TAGS "${[...(tags === '' || given !== undefined ? [] : [tags]), `${name}=${expected ?? 'VALUE'}`].join(',')}".`,
    ),
  ];
}

function regionFindings(assignment: Assignment, { ofGroups }: Definition, { regions }: InUse): readonly Finding[] {
  const allowed = assignment.parameters?.listOfAllowedLocations?.value.map(plain);
  if (allowed === undefined) return [];
  return regions
    .filter((used) => (!ofGroups || used.ofGroups) && !allowed.includes(plain(used.region)))
    .map(({ region, subject }) =>
      failed(
        subject,
        `${called(assignment)} forbids the region ${region}${ofGroups ? ' to resource groups' : ''}.`,
        `It allows ${allowed.join(', ')}.`,
      ),
    );
}

const plain = (region: string): string => region.toLowerCase().replaceAll(' ', '');
