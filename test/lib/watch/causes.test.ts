// Why an attempt failed, as the run says it: by the end of its container, and by Azure's refusal of its start.

import { expect, onTestFinished, test } from 'vitest';
import type { Failure } from '../../../src/lib/runs/failure.ts';
import type { RunRecord } from '../../../src/lib/runs/stores.ts';
import { openApp, type TestApp } from '../../support/app.ts';

const MODEL = 'model';

async function open(): Promise<TestApp> {
  const app = await openApp([
    { name: MODEL, tournament: 'classic', container: { image: 'docker.io/someone/model:1' }, maxAttempts: 2 },
  ]);
  onTestFinished(() => app.close());
  return app;
}

const firstAttempt = ({ run, earlier }: RunRecord) => earlier[0] ?? run.attempt;

test.each<[exitCode: number, line: string, failure: Failure, reason: RegExp]>([
  [7147, 'going on', 'maintenance', /maintenance of its platform \(exit code 7147\)/],
  [7148, 'going on', 'maintenance', /maintenance of its platform \(exit code 7148\)/],
  [1, 'exec /usr/bin/python: exec format error', 'image', /for another processor.*linux\/amd64/],
  [126, 'sh: ./run.sh: Permission denied', 'image', /cannot be executed.*Permission denied\.$/],
  [127, "env: 'python\\r': No such file or directory", 'image', /line ends of Windows/],
  [75, 'no live data yet', 'not-ready', /EX_TEMPFAIL.*no live data yet\.$/],
  [78, 'MODEL_ID is missing', 'configuration', /EX_CONFIG.*MODEL_ID is missing\.$/],
  [1, '\u001b[31mValueError: no era\u001b[0m\r', 'exit-code', /exit code 1\. Its log says: ValueError: no era\.$/],
])('a container that ends with %d, and the line %j: %s', async (exitCode, line, failure, reason) => {
  const app = await open();
  app.world.runtime.behaviour = () => ({ steps: [{ after: 20_000, line }], exitCode });
  const { run } = await app.start(MODEL);
  const record = await app.until(run, ({ attempt, state }) => attempt?.failure != null || state === 'waiting');
  expect(firstAttempt(record)).toMatchObject({ failure, exitCode, reason: expect.stringMatching(reason) });
});

test.each<[status: number, code: string, message: string, failure: Failure, reason: RegExp]>([
  [
    409,
    'ServiceUnavailable',
    "Resource type 'Microsoft.ContainerInstance/containerGroups' container group quota 'ContainerGroups' exceeded in region 'westeurope'. Limit: '0', Usage: '0' Requested: '1'.",
    'provisioning',
    /^Azure refuses a group of this name for now, since the name was used in several regions/,
  ],
  [
    409,
    'MissingSubscriptionRegistration',
    "The subscription is not registered to use namespace 'Microsoft.ContainerInstance'.",
    'configuration',
    /az provider register --namespace Microsoft\.ContainerInstance\.$/,
  ],
  [
    404,
    'SubscriptionNotFound',
    "The subscription 'a-guid' could not be found.",
    'configuration',
    /^Azure does not know the subscription [-\w]+, or does not show it to the app \(404 SubscriptionNotFound: .*\)\. Check AZURE_SUBSCRIPTION_ID/,
  ],
])('a start that is refused with %d %s: %s', async (status, code, message, failure, reason) => {
  const app = await open();
  app.world.resourceManager.emulator.faults.add({ kind: 'status', status, code, message, match: { method: 'PUT' } });
  const { run } = await app.start(MODEL);
  const said = firstAttempt(await app.record(run));
  expect(said).toMatchObject({ failure, reason: expect.stringMatching(reason) });
});
