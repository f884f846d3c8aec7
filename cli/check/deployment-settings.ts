// What the template is given, by the names in which the Azure Developer CLI has it: Azure, or the compiler of the template,
// refuses some of it only after minutes, and in words that name no setting; and takes some for something else.

import * as z from 'zod/mini';
import { atLeast, matching } from '../../src/lib/config/fields.ts';
import { region } from '../../src/lib/config/regions.ts';
import { SETTINGS, settingFaults } from '../../src/lib/config/settings.ts';
import type { ConfigurationFault } from '../../src/lib/util/errors.ts';
import { nearest } from '../../src/lib/util/nearest.ts';
import { shapeOf } from './secret-shapes.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
// https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
const resourceGroup = matching(
  /^[-\w.()]{0,89}[-\w()]$/,
  'the name of a resource group: letters, digits, `-`, `_`, `.` and parentheses, no dot at its end, at most 90',
);
const flag = z.enum(['true', 'false'], 'true or false');
const numberOf = (expected: string, min: number, whole: boolean) =>
  matching(whole ? /^\d+$/ : /^\d+(\.\d+)?$/, expected).check(
    z.refine((text) => z.number().check(atLeast(min)).safeParse(Number(text)).success, expected),
  );

/** https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations */
const OWN_TAGS = /^(azd-(env|service)-name|numerai-(run|model|installation)|(microsoft|azure|windows).*)$/;
const tagNames = (tags: string): readonly string[] =>
  tags.split(',').map((pair) => (pair.split('=')[0] ?? '').trim().toLowerCase());

const RULES = {
  AZURE_ENV_NAME: matching(
    /^(?=.{1,32}$)[-\w.()]*[-\w()]$/,
    'a name of at most 32 letters, digits, `-`, `_`, `.` and parentheses, no blank, and no dot at its end: resource groups are named after it. Make an environment of another name: `azd env new`',
  ),
  AZURE_LOCATION: region,
  AZURE_PRINCIPAL_ID: matching(GUID, 'the object id of a user, a GUID'),
  EXISTING_CONTAINER_RESOURCE_GROUP: resourceGroup,
  EXISTING_JOB_RESOURCE_GROUP: resourceGroup,
  EXISTING_WORKSPACE_RESOURCE_GROUP: resourceGroup,
  JOB_LOG_WORKSPACE_ID: matching(
    /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/Microsoft\.OperationalInsights\/workspaces\/[^/]+$/i,
    'the resource id of a Log Analytics workspace',
  ),
  TAGS: matching(
    /^\s*[^=,<>%&\\?/]{1,128}=[^,]{0,256}(,\s*[^=,<>%&\\?/]{1,128}=[^,]{0,256}){0,39}$/,
    'tags such as `cost-center=numerai,owner=me`: at most 40, no name with one of `<>%&\\?/`, no value with a comma',
  ).check(
    z.refine(
      (text) => tagNames(text).every((name) => !OWN_TAGS.test(name)),
      'no tag that the template or the app gives itself (`azd-…`, `numerai-run`, `numerai-model`, `numerai-installation`), and none whose name Azure keeps (`microsoft…`, `azure…`, `windows…`)',
    ),
    z.refine(
      (text) => new Set(tagNames(text)).size === tagNames(text).length,
      'each name once: Azure does not tell `Owner` from `owner`',
    ),
  ),
  EXISTING_VAULT_NAME: matching(
    /^(?!.*--)[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]$/,
    'the name of a key vault: 3 to 24 letters, digits and single hyphens, first a letter; not its URL or id',
  ),
  EXISTING_VAULT_RESOURCE_GROUP: resourceGroup,
  EXISTING_STORAGE_ACCOUNT_NAME: matching(
    /^[a-z0-9]{3,24}$/,
    'the name of a storage account: 3 to 24 lower-case letters and digits; not its URL or id',
  ),
  EXISTING_STORAGE_RESOURCE_GROUP: resourceGroup,
  EXISTING_REGISTRY_NAME: matching(
    /^[A-Za-z0-9]{5,50}$/,
    'the name of a container registry: 5 to 50 letters and digits, without `.azurecr.io`',
  ),
  EXISTING_REGISTRY_RESOURCE_GROUP: resourceGroup,
  CREATE_REGISTRY: flag,
  MAKE_JOBS: flag,
  MONITORING: flag,
  PURGE_PROTECTION: flag,
  DATA_SHARE_NAME: matching(
    /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/,
    'the name of a file share: 3 to 63 lower-case letters, digits and single hyphens',
  ),
  DAILY_LOG_QUOTA_GB: numberOf('a number of GB with a point, such as `0.1`, at least 0.023', 0.023, false),
  ALERT_EMAIL: matching(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'a mail address'),
  BUDGET_AMOUNT: numberOf('a whole number, at least 1', 1, true),
  BUDGET_START_DATE: matching(/^\d{4}-(0[1-9]|1[0-2])-01$/, 'the first day of a month, such as `2026-11-01`'),
  REGISTER_WEBHOOKS: matching(/^\s*(yes|y|true|1|no|n|false|0)\s*$/i, 'yes or no'),
} as const;

/** An existing resource has a name and a resource group. */
const PAIRS = [
  ['EXISTING_VAULT_NAME', 'EXISTING_VAULT_RESOURCE_GROUP'],
  ['EXISTING_STORAGE_ACCOUNT_NAME', 'EXISTING_STORAGE_RESOURCE_GROUP'],
  ['EXISTING_REGISTRY_NAME', 'EXISTING_REGISTRY_RESOURCE_GROUP'],
] as const;

/** The settings that are looked at, those of the app included, as far as they are set. */
export function deploymentSettings(environment: Environment): readonly string[] {
  return Object.keys(RULES).filter((name) => environment[name]);
}

/** Variables that nothing reads, and whose names are all but those of settings. */
export function misspeltSettings(
  environment: Environment,
): readonly { readonly name: string; readonly meant: string }[] {
  const known = [...new Set([...Object.keys(RULES), ...SETTINGS])].filter((name) => name.includes('_'));
  return Object.keys(environment).flatMap((name) => {
    const meant = known.includes(name) || !name.includes('_') || !environment[name] ? null : nearest(name, known, 1);
    return meant === null ? [] : [{ name, meant }];
  });
}

/** A value as a message quotes it: shortened, and not where it may be a key in the wrong place. */
function shown(key: string, value: string): string {
  if (shapeOf(value) !== null || (key !== 'TAGS' && /[=?#]/.test(value))) return 'a value that is not shown';
  return `\`${value.length > 80 ? `${value.slice(0, 80)}…` : value}\``;
}

/** What is wrong with what is set. */
export function deploymentFaults(environment: Environment): readonly ConfigurationFault[] {
  const wrong = Object.entries(RULES).flatMap(([key, rule]) => {
    const value = environment[key];
    const issue = value ? rule.safeParse(value).error?.issues[0] : undefined;
    return issue === undefined ? [] : [{ key, got: shown(key, value ?? ''), expected: issue.message }];
  });
  const halves = PAIRS.flatMap((pair) => {
    const missing = pair.filter((name) => !environment[name]);
    const given = pair.find((name) => environment[name]);
    return given === undefined
      ? []
      : missing.map((key) => ({
          key,
          got: 'nothing',
          expected: `a value beside ${given}: an existing resource has a name and a resource group`,
        }));
  });
  return [...wrong, ...halves, ...settingFaults(environment)];
}
