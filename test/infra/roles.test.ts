// The actions of the custom roles against the calls that the app makes.

import { expect, test } from 'vitest';
import {
  ACTION_OF,
  ASSIGN_IDENTITY_ACTION,
  type CallKind,
  JOIN_SUBNET_ACTION,
  readCall,
} from '../../local/emulators/resource-manager/calls.ts';
import {
  ACTION_OF_JOB_CALL,
  JOB_CALLS,
  type JobCallKind,
} from '../../local/emulators/resource-manager/container-apps/calls.ts';
import {
  ACTION_OF_WORKSPACE_CALL,
  ACTIONS_OF_DATA_CALL,
  WORKSPACE_CALLS,
  type WorkspaceCallKind,
} from '../../local/emulators/resource-manager/machine-learning/calls.ts';
import type { HttpClient } from '../../src/lib/azure/sdk-types.ts';
import { createJobs } from '../../src/lib/compute/container-apps/resource-manager.ts';
import { createContainerGroups } from '../../src/lib/compute/container-instances/resource-manager.ts';
import { createWorkspaces } from '../../src/lib/compute/machine-learning/resource-manager.ts';
import { systemClock } from '../../src/lib/util/clock.ts';
import { stringsIn } from './bicep.ts';
import { declared, FILES } from './template.ts';

/** Where requests end, whose kinds are noted. */
function requestsTo<Kind extends string>(
  kinds: Set<Kind>,
  read: (method: string, pathname: string) => { readonly kind: Kind } | null | 'method',
  answerTo: (kind: Kind) => object,
) {
  const httpClient: HttpClient = {
    async sendRequest(request) {
      const call = read(request.method, new URL(request.url).pathname);
      if (call === null || call === 'method') throw new Error(`${request.method} ${request.url}`);
      kinds.add(call.kind);
      request.headers.set('x-ms-blob-type', 'BlockBlob');
      return { request, status: 200, headers: request.headers, bodyAsText: JSON.stringify(answerTo(call.kind)) };
    },
  };
  return {
    url: 'https://management.azure.com',
    subscriptionId: '00000000-0000-4000-8000-000000000001',
    resourceGroup: 'rg-numerai-containers',
    credential: {
      getToken: async () => ({
        token: 'token',
        expiresOnTimestamp: systemClock.now().getTime() + 3_600_000,
      }),
    },
    call: <T>(_details: unknown, attempt: (signal: AbortSignal) => Promise<T>) => attempt(new AbortController().signal),
    httpClient,
  };
}

/** Every call on container groups that the app makes, as the emulator reads requests. */
async function callsOnGroups(): Promise<ReadonlySet<CallKind>> {
  const kinds = new Set<CallKind>();
  const platform = createContainerGroups(
    requestsTo(kinds, readCall, (kind) => (kind === 'Containers_ListLogs' ? { content: '' } : GROUP)),
  );
  const every: { readonly [Name in keyof typeof platform]: () => Promise<unknown> } = {
    create: () => platform.create('group', {}),
    start: () => platform.start('group'),
    stop: () => platform.stop('group'),
    remove: () => platform.remove('group'),
    get: () => platform.get('group'),
    log: () => platform.log('group', 'container'),
  };
  for (const call of Object.values(every)) await call();
  return kinds;
}

const ANSWERS: Partial<Record<JobCallKind, object>> = {
  JobsExecutions_List: { value: [] },
  Jobs_Start: { name: 'job-execution' },
};

/** Every call on Container Apps jobs. */
async function callsOnJobs(): Promise<ReadonlySet<JobCallKind>> {
  const kinds = new Set<JobCallKind>();
  // Logs are another provider's; who reads them has a built-in role.
  const {
    idOf: _id,
    log: _log,
    ...jobs
  } = createJobs(requestsTo(kinds, JOB_CALLS.read, (kind) => ANSWERS[kind] ?? JOB));
  const every: { readonly [Name in keyof typeof jobs]: () => Promise<unknown> } = {
    get: () => jobs.get('job'),
    start: () => jobs.start('job', { containers: [{ image: 'a' }] }),
    executions: () => jobs.executions('job'),
    stop: () => jobs.stop('job', 'execution'),
  };
  for (const call of Object.values(every)) await call();
  return kinds;
}

/** Every call on workspaces, and on what they refer to. */
async function actionsOnWorkspaces(): Promise<ReadonlySet<string>> {
  const kinds = new Set<WorkspaceCallKind | keyof typeof ACTIONS_OF_DATA_CALL | 'file'>();
  const read = (method: string, pathname: string) => {
    if (pathname.startsWith('/history/')) return { kind: 'history' } as const;
    if (pathname.startsWith('/score/')) return { kind: 'invoke' } as const;
    if (pathname.startsWith('/file/')) return { kind: 'file' } as const;
    return WORKSPACE_CALLS.read(method, pathname);
  };
  const url = 'https://westeurope.api.azureml.ms';
  const {
    idOf,
    isTrusted: _trusted,
    ...workspaces
  } = createWorkspaces(
    requestsTo<WorkspaceCallKind | keyof typeof ACTIONS_OF_DATA_CALL | 'file'>(kinds, read, (kind) =>
      kind === 'Jobs_List' || kind === 'history' ? { runId: 'job', value: [] } : { name: 'job', properties: {} },
    ),
  );
  const workspace = idOf('ml');
  const every: { readonly [Name in keyof typeof workspaces]: () => Promise<unknown> } = {
    job: () => workspaces.job('ml', 'job'),
    create: () => workspaces.create('ml', 'job', {}),
    cancel: () => workspaces.cancel('ml', 'job'),
    jobs: () => workspaces.jobs('ml', new Date(0)),
    compute: () => workspaces.compute('ml', 'cpu'),
    hasEnvironment: () => workspaces.hasEnvironment('ml', `${workspace}/environments/submission/versions/3`),
    endpoint: () => workspaces.endpoint('ml', 'score'),
    deployment: () => workspaces.deployment('ml', 'score', 'blue'),
    invoke: () => workspaces.invoke({ scoringUri: `${url}/score/jobs`, endpoint: 'score', deployment: null }, {}),
    details: () => workspaces.details(url, 'ml', 'job'),
    steps: () => workspaces.steps(url, 'ml', 'job'),
    // A signature says who may read it: no role does.
    file: () => workspaces.file(`${url}/file/log.txt?sig=s`, 'job'),
  };
  for (const call of Object.values(every)) await call();
  const actions: Readonly<Record<string, string | readonly string[]>> = {
    ...ACTION_OF_WORKSPACE_CALL,
    ...ACTIONS_OF_DATA_CALL,
  };
  return new Set([...kinds].filter((kind) => kind !== 'file').flatMap((kind) => actions[kind] ?? kind));
}

const JOB = { properties: { configuration: {}, template: { containers: [{ image: 'a' }] } } };
const GROUP = { name: 'group', location: 'eastus', properties: { containers: [] } };

const GROUPS = 'modules/container-instances.bicep';
const JOBS = 'modules/container-apps.bicep';
const WORKSPACES = 'modules/machine-learning.bicep';

/** The actions of a role, which a module of its platform makes. */
function actionsOf(platform: string, role: string): readonly string[] {
  return stringsIn(declared(platform, role).text).filter(
    (text) => /^Microsoft\.[\w.]+\/.*\/\w+$/.test(text) && !text.includes('@'),
  );
}

test('the role on container groups allows each call that the app makes, and nothing more', async () => {
  const needed = new Set([...(await callsOnGroups())].map((call) => ACTION_OF[call]));
  expect([...actionsOf(GROUPS, 'role')].sort()).toEqual([...needed].sort());
});

test('the role on Container Apps jobs allows each call that the app makes, and nothing more', async () => {
  const needed = new Set([...(await callsOnJobs())].map((call) => ACTION_OF_JOB_CALL[call]));
  expect([...actionsOf(JOBS, 'role')].sort()).toEqual([...needed].sort());
});

test('the role on Machine Learning jobs allows each call that the app makes, and nothing more', async () => {
  expect([...actionsOf(WORKSPACES, 'role')].sort()).toEqual([...(await actionsOnWorkspaces())].sort());
});

test('the role on identities allows handing them over, and nothing more', () => {
  expect(actionsOf(GROUPS, 'identityRole')).toEqual([ASSIGN_IDENTITY_ACTION]);
});

test('the role on subnets allows putting groups into them, and nothing more', () => {
  expect(actionsOf(GROUPS, 'subnetRole')).toEqual([JOIN_SUBNET_ACTION]);
});

test('no role has a wildcard', () => {
  for (const { path, source } of FILES) {
    expect(source, path).not.toMatch(/'(Microsoft\.[\w./]+\/)?\*'/);
  }
});

test('the roles are assigned on the resource groups of containers and jobs, and on single identities and subnets only', () => {
  const inFile = (path: string, role: string) =>
    FILES.find((file) => file.path === path)
      ?.declarations.filter(({ text }) => text.includes(role))
      .map(({ name }) => name);
  expect(inFile(GROUPS, 'role.outputs.id')).toEqual(['access']);
  expect(inFile(GROUPS, 'names.roles.assignIdentity')).toEqual(['identityRole', 'identityAccess']);
  expect(inFile(GROUPS, 'names.roles.joinSubnet')).toEqual(['subnetRole', 'subnetAccess']);
  expect(inFile(JOBS, 'role.outputs.id')).toEqual(['access']);
  expect(inFile(WORKSPACES, 'role.outputs.id')).toEqual(['access']);
  for (const platform of [GROUPS, JOBS, WORKSPACES])
    expect(declared(platform, 'access').text).toContain('scope: resourceGroup(resourceGroupName)');
  expect(declared('modules/container-instances/identity-access.bicep', 'access').text).toContain('scope: identity\n');
  expect(declared('modules/container-instances/subnet-access.bicep', 'access').text).toContain('scope: subnet\n');
});

test('no role but those of the modules is made, and each with the module for its kind only', () => {
  const making = FILES.flatMap(({ path, declarations }) =>
    declarations.filter(({ text }) => text.includes("custom-role.bicep'")).map(({ name }) => `${path}: ${name}`),
  );
  expect(making).toEqual([
    `${JOBS}: role`,
    `${GROUPS}: role`,
    `${GROUPS}: identityRole`,
    `${GROUPS}: subnetRole`,
    `${WORKSPACES}: role`,
  ]);
  expect(declared('main.bicep', 'containerInstances').text).toContain("' = if (usesGroups) {");
  expect(declared('main.bicep', 'containerApps').text).toContain("' = if (usesJobs) {");
  expect(declared('main.bicep', 'machineLearning').text).toContain("' = if (usesWorkspaces) {");
});
