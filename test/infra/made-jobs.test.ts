// Container Apps jobs that models.json describes, and the template makes.

import { describe, expect, test } from 'vitest';
import { checkJob } from '../../src/lib/compute/container-apps/health.ts';
import { readJob } from '../../src/lib/compute/container-apps/job.ts';
import { parseModels } from '../../src/lib/config/models.ts';
import { secretNamesOf } from '../../src/lib/config/secret-names.ts';
import { deploy } from './deployment.ts';
import type { Value } from './expression.ts';
import { identity, MADE, modelsWith, ofType } from './given-models.ts';

describe('a Container Apps job that is made', () => {
  const { made, outputs } = deploy({ existingJobResourceGroup: 'jobs', tags: 'cost-center=quant' }, modelsWith(MADE));
  const [job] = ofType(made, 'Microsoft.App/jobs');
  const text = JSON.stringify({
    models: [{ name: 'model-0', tournament: 'crypto', container: MADE }],
  });
  const parsed = parseModels(text, {
    file: 'models.json',
    containerLocation: 'eastus',
    containerIdentityId: undefined,
  });

  test('has the name by which the app starts it', () => {
    expect(parsed.models.map(({ container }) => container)).toMatchObject([
      { kind: 'containerAppsJob', job: job?.name },
    ]);
    expect(job?.group?.name).toBe('jobs');
  });

  test('passes the deep health', () => {
    const shown = readJob({ ...job?.body, id: 'x', location: 'x' });
    for (const { container } of parsed.models)
      if (container.kind === 'containerAppsJob') expect(checkJob(container, shown, 60)).toBeNull();
    expect.assertions(1);
  });

  test('waits for its secrets, while what it needs for them is made', () => {
    const { made: before } = deploy({ existingJobResourceGroup: 'jobs', makeJobs: false }, modelsWith(MADE));
    const there = before.map(({ type }) => type);
    expect(there).toEqual(made.map(({ type }) => type).filter((type) => type !== 'Microsoft.App/jobs'));
  });

  test('has its secrets by reference, read by an identity that its program cannot use', () => {
    const vault = String(outputs.KEY_VAULT_URL);
    expect(job?.body.properties).toMatchObject({
      configuration: {
        secrets: [
          { name: 'numerai-public-id', keyVaultUrl: `${vault}/secrets/numerai-public-id` },
          { name: 'numerai-secret-key', keyVaultUrl: `${vault}/secrets/numerai-secret-key` },
        ],
        identitySettings: [{ lifecycle: 'None' }],
      },
      template: {
        containers: [
          {
            image: 'docker.io/someone/crypto:2',
            resources: { cpu: 0.5, memory: '1Gi' },
            env: [
              { name: 'NUMERAI_PUBLIC_ID', secretRef: 'numerai-public-id' },
              { name: 'NUMERAI_SECRET_KEY', secretRef: 'numerai-secret-key' },
            ],
          },
        ],
      },
    });
    expect(parsed.models.flatMap(secretNamesOf)).toEqual(
      expect.arrayContaining(['numerai-public-id', 'Numerai-Secret-Key']),
    );
  });

  test('logs into the workspace of the app, which may read it', () => {
    const [settings] = ofType(made, 'Microsoft.Web/sites/config');
    const [logs] = ofType(made, 'Microsoft.Insights/diagnosticSettings');
    const id = Reflect.get(Object(logs?.body.properties), 'workspaceId');
    expect(settings?.body.properties).toMatchObject({ CONTAINER_APPS_LOG_WORKSPACE_ID: id });
    expect(
      ofType(deploy({ monitoring: false }, modelsWith(MADE)).made, 'Microsoft.Insights/diagnosticSettings'),
    ).toEqual([]);
  });

  test.each<[string, Value, Value]>([
    [
      'a password',
      { server: 'docker.io', username: 'me', passwordSecret: 'Token' },
      { server: 'docker.io', username: 'me', passwordSecretRef: 'token' },
    ],
    [
      'an identity',
      { server: 'a.azurecr.io', identity: identity('p') },
      { server: 'a.azurecr.io', identity: identity('p') },
    ],
  ])('pulls with %s', (_, registry, expected) => {
    const models = modelsWith({ containerAppsJob: { ...MADE.containerAppsJob, registry } });
    const [job] = ofType(deploy({}, models).made, 'Microsoft.App/jobs');
    expect(job?.body.properties).toMatchObject({ configuration: { registries: [expected] } });
  });

  test('may have a name of its own', () => {
    const models = modelsWith({ containerAppsJob: { ...MADE.containerAppsJob, name: 'numerai-crypto' } });
    expect(ofType(deploy({}, models).made, 'Microsoft.App/jobs').map(({ name }) => name)).toEqual(['numerai-crypto']);
  });
});
