// The settings that the template sets against those that the app reads.

import { expect, test } from 'vitest';
import { deploymentSettings } from '../../cli/check/deployment-settings.ts';
import { parseSettings, SETTINGS } from '../../src/lib/config/settings.ts';
import { entriesOf, objectIn } from './bicep.ts';
import { declared, inMain, PARAMETERS_FILE } from './template.ts';

/** Set by the platform for every Function App. */
const BY_THE_PLATFORM = ['IDENTITY_ENDPOINT', 'WEBSITE_AUTH_ENABLED', 'WEBSITE_HOSTNAME'];
/** A connection string: the way of reaching the tables that Azure does not need. */
const NOT_IN_AZURE = ['AzureWebJobsStorage'];
/** Read by the Functions host, not by the app. */
const FOR_THE_HOST = [
  'AzureWebJobsStorage__blobServiceUri',
  'AzureWebJobsStorage__credential',
  'AzureWebJobsStorage__clientId',
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
];

const PASSED = entriesOf(objectIn(entriesOf(objectIn(inMain('app').text)).get('params') ?? ''));
const SET = entriesOf(objectIn(PASSED.get('settings') ?? ''));

test('the template sets every setting that the app reads, and no other', () => {
  const set = [...SET.keys()];
  const read = SETTINGS.filter((name) => ![...BY_THE_PLATFORM, ...NOT_IN_AZURE].includes(name));
  expect(set.filter((name) => !FOR_THE_HOST.includes(name)).sort()).toEqual([...read].sort());
  expect(set).toEqual(expect.arrayContaining(FOR_THE_HOST));
});

test('each variable of main.parameters.json is checked before anything is made', () => {
  const variables = Object.values(PARAMETERS_FILE.parameters).map(({ value }) => /\w+/.exec(value)?.[0] ?? '');
  const checked = [...deploymentSettings(Object.fromEntries(variables.map((name) => [name, 'x']))), ...SETTINGS];
  expect(variables.filter((name) => !checked.includes(name))).toEqual([]);
});

test('what is empty is not set', () => {
  expect(declared('modules/app.bicep', 'appSettings').text).toMatch(
    /properties: toObject\(\s+filter\(items\(settings\), setting => !empty\(setting\.value\)\),/,
  );
});

test('the values that the template sets when nothing is said are valid, and the defaults of the app', () => {
  const resource = {
    AZURE_SUBSCRIPTION_ID: '00000000-0000-4000-8000-000000000001',
    AZURE_CLIENT_ID: '00000000-0000-4000-8000-000000000002',
    AZURE_RESOURCE_MANAGER_ENDPOINT: 'https://management.azure.com',
    CONTAINER_RESOURCE_GROUP: 'rg-numerai-containers',
    CONTAINER_LOCATION: 'eastus',
    INSTALLATION_NAME: 'abcdefghijklm',
    KEY_VAULT_URL: 'https://kv-abcdefghijklm.vault.azure.net',
    AzureWebJobsStorage__tableServiceUri: 'https://stabcdefghijklm.table.core.windows.net',
  };
  const plain = Object.fromEntries(
    [...SET]
      .filter(([name]) => !(name in resource) && !FOR_THE_HOST.includes(name))
      .map(([name, expression]) => [name, textOf(expression.trim())]),
  );
  expect(parseSettings({ ...resource, ...plain })).toEqual(parseSettings(resource));
});

/** What nothing is said of, of kinds of containers or parts that there are not. */
const WHERE_NOTHING_IS_ASKED_FOR: Readonly<Record<string, string>> = {
  "usesJobs ? jobResourceGroupName : ''": '',
  "usesJobs ? jobLogs : ''": '',
  "usesWorkspaces ? workspaceResourceGroupName : ''": '',
  pullIdentityId: '',
};

/** The value of `'text'`, `parameter` or `empty(parameter) ? 'text' : parameter` when nothing is said. */
function textOf(expression: string): string {
  const known = WHERE_NOTHING_IS_ASKED_FOR[expression];
  if (known !== undefined) return known;
  const text = /^(?:empty\(\w+\) \? )?'([^']*)'/.exec(expression);
  if (text?.[1] !== undefined) return text[1];
  const byDefault = /^string = '([^']*)'$/.exec(inMain(expression).text);
  if (byDefault?.[1] === undefined) throw new Error(`not understood: ${expression}`);
  return byDefault[1];
}
