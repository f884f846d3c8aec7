// The template against the rules that a compiler and its linter would hold it to, as far as text tells.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { entriesOf, namesGivenIn, namesIn, objectIn, stringsIn, uses } from './bicep.ts';
import { type BicepFile, declared, FILES, fileAt, inMain, MAIN, MODULES, PARAMETERS_FILE } from './template.ts';

/** Resource types with the API version in use: each was looked up in its provider's published documents. */
const API_VERSIONS: Readonly<Record<string, string>> = {
  'Microsoft.App/jobs': '2025-07-01',
  'Microsoft.App/managedEnvironments': '2025-07-01',
  'Microsoft.Authorization/roleAssignments': '2022-04-01',
  'Microsoft.Authorization/roleDefinitions': '2022-04-01',
  'Microsoft.Consumption/budgets': '2024-08-01',
  'Microsoft.ContainerRegistry/registries': '2025-04-01',
  'Microsoft.Insights/actionGroups': '2023-01-01',
  'Microsoft.Insights/components': '2020-02-02',
  'Microsoft.Insights/diagnosticSettings': '2021-05-01-preview',
  'Microsoft.Insights/scheduledQueryRules': '2023-12-01',
  'Microsoft.KeyVault/vaults': '2025-05-01',
  'Microsoft.KeyVault/vaults/secrets': '2025-05-01',
  'Microsoft.ManagedIdentity/userAssignedIdentities': '2024-11-30',
  'Microsoft.Network/virtualNetworks': '2025-01-01',
  'Microsoft.Network/virtualNetworks/subnets': '2025-01-01',
  'Microsoft.OperationalInsights/workspaces': '2025-02-01',
  'Microsoft.Resources/resourceGroups': '2025-04-01',
  'Microsoft.Storage/storageAccounts': '2025-01-01',
  'Microsoft.Storage/storageAccounts/blobServices': '2025-01-01',
  'Microsoft.Storage/storageAccounts/blobServices/containers': '2025-01-01',
  'Microsoft.Storage/storageAccounts/fileServices': '2025-01-01',
  'Microsoft.Storage/storageAccounts/fileServices/shares': '2025-01-01',
  'Microsoft.Web/serverfarms': '2025-03-01',
  'Microsoft.Web/sites': '2025-03-01',
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies': '2025-03-01',
  'Microsoft.Web/sites/config': '2025-03-01',
};

const KEY_TO_VAULT = 'modules/data-share/key.bicep';

/** What Bicep has by itself, as far as the template uses it. */
const BUILT_IN = new Set(
  `any array bool concat contains empty endsWith environment existing false filter for guid if in int items join json
  length loadJsonContent map null object replace resourceGroup resourceId skip split startsWith string subscription
  subscriptionResourceId take tenant toLower toObject trim true union uniqueString`.split(/\s+/),
);

/** The file that a module declaration names. */
function targetOf({ path }: BicepFile, text: string): BicepFile {
  return fileAt(/^'([^']+)'/.exec(text)?.[1] ?? '', path);
}

/** The body of a resource or module, of one element where it is a list. */
const bodyOf = (text: string): string => objectIn(/= \[\n\s*for /.test(text) ? text.slice(text.indexOf(': {')) : text);

describe.each(FILES)('$path', (file) => {
  const { path, source, declarations, imports } = file;

  test('uses every parameter, variable, import and function of its own', () => {
    for (const name of imports.flatMap(({ names }) => names))
      expect(
        declarations.some(({ text }) => uses(text, name)),
        name,
      ).toBe(true);
    for (const { kind, name, decorators } of declarations) {
      if (kind !== 'param' && kind !== 'var' && kind !== 'func') continue;
      if (decorators.includes('@export()')) continue;
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

  test('uses no name that nothing declares', () => {
    const known = new Set([
      ...BUILT_IN,
      ...declarations.map(({ name }) => name),
      ...imports.flatMap(({ names }) => names),
    ]);
    for (const { name, text } of declarations) {
      const own = namesGivenIn(text);
      const unknown = [...namesIn(text)].filter((used) => !known.has(used) && !own.has(used));
      expect(unknown, name).toEqual([]);
    }
  });

  test('imports what is exported', () => {
    for (const { names, from } of imports) {
      const exported = fileAt(from, path).declarations.filter(({ decorators }) => decorators.includes('@export()'));
      expect(exported.map(({ name }) => name)).toEqual(expect.arrayContaining([...names]));
    }
  });

  test('passes each module every parameter without a default, and none that it does not declare', () => {
    for (const { kind, name, text } of declarations) {
      if (kind !== 'module') continue;
      const parameters = targetOf(file, text).declarations.filter((declaration) => declaration.kind === 'param');
      const passed = entriesOf(objectIn(entriesOf(bodyOf(text)).get('params') ?? '{}'));
      const required = parameters.filter((parameter) => !parameter.text.includes('='));
      expect([...passed.keys()], name).toEqual(expect.arrayContaining(required.map((parameter) => parameter.name)));
      expect(
        parameters.map((parameter) => parameter.name),
        name,
      ).toEqual(expect.arrayContaining([...passed.keys()]));
    }
  });

  test('deploys each module where that says it belongs', () => {
    for (const { kind, name, text } of declarations) {
      if (kind !== 'module') continue;
      const isOfSubscription = targetOf(file, text).source.includes("targetScope = 'subscription'");
      const scope = entriesOf(bodyOf(text)).get('scope');
      expect(scope ?? 'subscription', name).toMatch(
        isOfSubscription ? /^subscription$/ : /^(resourceGroup\(|appResourceGroup$)/,
      );
    }
  });

  test('reads no output that a module does not have', () => {
    for (const [, symbol = '', output] of source.matchAll(/(\w+)!?\.outputs\.(\w+)/g)) {
      const outputs = targetOf(file, declared(path, symbol).text).declarations.filter(({ kind }) => kind === 'output');
      expect(
        outputs.map(({ name }) => name),
        symbol,
      ).toContain(output);
    }
  });

  test('gives no resource a name that is made up on the spot', () => {
    for (const { kind, name, text } of declarations) {
      if (kind !== 'resource') continue;
      // A role assignment has a GUID; what there is one of has a fixed name.
      expect(entriesOf(bodyOf(text)).get('name'), name).toMatch(/^(guid\(.*\)|[\w.]+|'(?!.*\$)[a-z-]+')$/);
    }
  });

  test('waits for no module twice', () => {
    for (const { kind, name, text } of declarations) {
      if (kind !== 'module') continue;
      const entries = new Map(entriesOf(bodyOf(text)));
      const awaited = namesIn(entries.get('dependsOn') ?? '');
      entries.delete('dependsOn');
      const used = namesIn([...entries.values()].join('\n'));
      expect(
        [...awaited].filter((each) => used.has(each)),
        name,
      ).toEqual([]);
    }
  });
});

test('every name is decided in names.bicep, and each that is decided there is used', () => {
  const body = objectIn(declared('names.bicep', 'namesOf').text);
  const roles = [...entriesOf(objectIn(entriesOf(body).get('roles') ?? '')).keys()].map((name) => `roles.${name}`);
  const decided = [...entriesOf(body).keys()].filter((name) => name !== 'roles').concat(roles);
  const used = FILES.flatMap(({ source }) => [...source.matchAll(/\bnames\.(roles\.\w+|\w+)/g)]).map(
    ([, name]) => name,
  );
  expect([...new Set(used)].filter((name) => name !== 'bicep').sort()).toEqual(decided.sort());
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
  const called = FILES.flatMap((file) =>
    file.declarations.filter(({ kind }) => kind === 'module').map(({ text }) => targetOf(file, text).path),
  );
  expect([...new Set(called)].sort()).toEqual(MODULES.map(({ path }) => path));
});

test('main.bicep makes resource groups, and all else in modules', () => {
  const resources = MAIN.declarations.filter(({ kind }) => kind === 'resource').map(({ text }) => stringsIn(text)[0]);
  expect(new Set(resources)).toEqual(new Set(['Microsoft.Resources/resourceGroups@2025-04-01']));
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
