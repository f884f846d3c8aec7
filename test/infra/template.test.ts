// The template against the rules that a compiler and its linter would hold it to, as far as text tells.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { entriesOf, objectIn, uses } from './bicep.ts';
import { FILES, inMain, MAIN, MODULES, PARAMETERS_FILE } from './template.ts';

/** Resource types with the API version in use: each was looked up in its provider's published documents. */
const API_VERSIONS: Readonly<Record<string, string>> = {
  'Microsoft.Authorization/roleAssignments': '2022-04-01',
  'Microsoft.Authorization/roleDefinitions': '2022-04-01',
  'Microsoft.Consumption/budgets': '2023-11-01',
  'Microsoft.ContainerRegistry/registries': '2023-07-01',
  'Microsoft.Insights/actionGroups': '2023-01-01',
  'Microsoft.Insights/components': '2020-02-02',
  'Microsoft.Insights/scheduledQueryRules': '2023-12-01',
  'Microsoft.KeyVault/vaults': '2023-07-01',
  'Microsoft.KeyVault/vaults/secrets': '2023-07-01',
  'Microsoft.ManagedIdentity/userAssignedIdentities': '2023-01-31',
  'Microsoft.Network/virtualNetworks': '2024-05-01',
  'Microsoft.Network/virtualNetworks/subnets': '2024-05-01',
  'Microsoft.OperationalInsights/workspaces': '2023-09-01',
  'Microsoft.Resources/resourceGroups': '2024-03-01',
  'Microsoft.Storage/storageAccounts': '2023-05-01',
  'Microsoft.Storage/storageAccounts/blobServices': '2023-05-01',
  'Microsoft.Storage/storageAccounts/blobServices/containers': '2023-05-01',
  'Microsoft.Storage/storageAccounts/fileServices': '2023-05-01',
  'Microsoft.Storage/storageAccounts/fileServices/shares': '2023-05-01',
  'Microsoft.Web/serverfarms': '2024-04-01',
  'Microsoft.Web/sites': '2024-04-01',
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies': '2024-04-01',
  'Microsoft.Web/sites/config': '2024-04-01',
};

const KEY_TO_VAULT = 'modules/data-share-key.bicep';

describe.each(FILES)('$path', ({ path, source, declarations }) => {
  test('uses every parameter and variable that it declares', () => {
    for (const { kind, name } of declarations) {
      if (kind !== 'param' && kind !== 'var' && kind !== 'func') continue;
      const others = declarations.filter((declaration) => declaration.name !== name);
      const used = others.some(({ text }) => uses(text, name));
      expect(used, `${kind} ${name}`).toBe(true);
    }
  });

  test('describes every parameter and output', () => {
    for (const { kind, name, decorators } of declarations) {
      if (['param', 'output'].includes(kind)) expect(decorators, name).toContain('@description(');
    }
  });

  test('uses known API versions', () => {
    for (const { kind, name, text } of declarations) {
      if (kind !== 'resource') continue;
      const [, type = '', version = ''] = /^'([^@']+)@([^']+)'/.exec(text) ?? [];
      expect(API_VERSIONS[type], `${name}: ${type}`).toBe(version);
    }
  });

  test('names no host of one cloud, takes no key, and gives out no secret', () => {
    expect(source).not.toMatch(/core\.windows\.net|vault\.azure\.net|management\.azure\.com|azurecr\.io/);
    // The one file that hands a key from its account to the vault: see the test below.
    if (path === KEY_TO_VAULT) return;
    expect(source).not.toMatch(/\blist(Keys|Secrets|Credentials|Sas|AccountSas)?\w*\(/);
    expect(source).not.toContain('@secure');
  });

  test('passes each module exactly the parameters that it declares', () => {
    for (const { kind, name, text } of declarations) {
      if (kind !== 'module') continue;
      const [, path = ''] = /^'([^']+)'/.exec(text) ?? [];
      const target = MODULES.find((module) => module.path === path);
      expect(target, path).toBeDefined();
      const wanted = target?.declarations.filter((declaration) => declaration.kind === 'param') ?? [];
      const body = text.includes('[\n') && /= \[/.test(text) ? text.slice(text.indexOf(': {')) : text;
      const passed = entriesOf(objectIn(entriesOf(objectIn(body)).get('params') ?? ''));
      expect([...passed.keys()].sort(), name).toEqual(wanted.map((param) => param.name).sort());
    }
  });

  test('reads no output that a module does not have', () => {
    for (const [, symbol, output] of source.matchAll(/(\w+)!?\.outputs\.(\w+)/g)) {
      const module = inMain(symbol ?? '');
      const [, path = ''] = /^'([^']+)'/.exec(module.text) ?? [];
      const target = MODULES.find((candidate) => candidate.path === path);
      const outputs = target?.declarations.filter(({ kind }) => kind === 'output') ?? [];
      expect(
        outputs.map(({ name }) => name),
        `${symbol} (${path})`,
      ).toContain(output);
    }
  });
});

test('the one key that the template knows goes into the vault, and nowhere else', () => {
  const { source = '', declarations = [] } = MODULES.find(({ path }) => path === KEY_TO_VAULT) ?? {};
  expect(source.match(/listKeys/g)).toHaveLength(1);
  expect(declarations.find(({ name }) => name === 'key')?.text).toMatch(
    /^'Microsoft\.KeyVault\/vaults\/secrets@.*value: storage\.listKeys\(\)\.keys\[0\]\.value/s,
  );
  expect(declarations.filter(({ kind }) => kind === 'output' || kind === 'var')).toEqual([]);
});

test('every module file is used', () => {
  for (const { path } of MODULES) expect(MAIN.source).toContain(`'${path}'`);
});

test('no module is fetched from a registry', () => {
  for (const { source } of FILES) expect(source).not.toMatch(/'(br|ts)[:/]/);
});

test('main.parameters.json gives every parameter, and no other', () => {
  const declared = MAIN.declarations.filter(({ kind }) => kind === 'param').map(({ name }) => name);
  const given = Object.keys(PARAMETERS_FILE.parameters);
  expect([...given].sort()).toEqual([...declared].sort());
});

test('a default in main.parameters.json is the default in main.bicep', () => {
  for (const [name, { value }] of Object.entries(PARAMETERS_FILE.parameters)) {
    const [, fallback] = /^\$\{\w+=?(.*)\}$/.exec(value) ?? [];
    const [, , declared] = /^(\w+) = '?([^'\n]*)'?$/.exec(inMain(name).text) ?? [];
    if (declared !== undefined) expect(fallback, name).toBe(declared);
  }
});

test('the app is the service of azure.yaml, on Flex Consumption with Node.js 24 and 512 MB', () => {
  const app = MODULES.find(({ path }) => path === 'modules/app.bicep')?.source ?? '';
  const services = readFileSync(new URL('../../azure.yaml', import.meta.url), 'utf8');
  expect(services).toMatch(/^services:\n {2}app:\n/m);
  expect(app).toContain(`'azd-service-name': 'app'`);
  expect(app).toMatch(/runtime: \{\s+name: 'node'\s+version: '24'/);
  expect(app).toContain('instanceMemoryMB: 512');
  expect(app).toContain(`tier: 'FlexConsumption'`);
});

test('.funcignore leaves out all but the package, and does not tell azd to build in Azure', () => {
  const root = new URL('../../', import.meta.url);
  const patterns = readFileSync(new URL('.funcignore', root), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const kept = ['dist', 'host.json', 'models.json', 'node_modules', 'package.json'];
  const ignored = (name: string) =>
    name.startsWith('.') ? patterns.includes('/.*') : patterns.some((p) => p.replace(/\/$/, '') === `/${name}`);
  expect(
    readdirSync(root)
      .filter((name) => !ignored(name))
      .sort(),
  ).toEqual(kept);
  expect(patterns).toContain('node_modules/*');
  // azd refuses `remoteBuild: false` beside a pattern that matches the folder itself.
  expect(patterns.filter((pattern) => /^\/?node_modules\/?$/.test(pattern))).toEqual([]);
});
