// One container that submits for three models at Numerai, through the front door: containers that really run, and what
// callers see of them.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO_IMAGE } from '../../local/environment/demo.ts';
import { type Environment, startEnvironment } from '../../local/environment/environment.ts';
import { FrontDoor, WITHIN } from './front-door.ts';

const SECRETS = { NUMERAI_PUBLIC_ID: 'numerai-public-id', NUMERAI_SECRET_KEY: 'numerai-secret-key' };
const entry = (name: string, prefix: string, env: object = {}) => ({
  name,
  tournament: 'classic',
  numeraiModels: ['lgbm', 'ridge', 'trees'].map((slot) => `${prefix}_${slot}`),
  container: { image: DEMO_IMAGE, secrets: SECRETS, env },
});

let environment: Environment;
let door: FrontDoor;

beforeAll(async () => {
  environment = await startEnvironment({
    models: [entry('ensemble', 'my'), entry('in-part', 'our', { DEMO_FAIL: 'slot:our_ridge' })],
    registerWebhooks: true,
  });
  door = new FrontDoor(environment);
});
afterAll(() => environment.close());

/** The models at Numerai for which there are submissions, one for each, in the order of the submissions. */
function submitted(prefix: string): string[] {
  const { submissions, models } = environment.numerai;
  const names = submissions.map(({ modelId }) => models.find(({ id }) => id === modelId)?.name ?? '');
  return names.filter((name) => name.startsWith(prefix));
}
const startsOf = (model: string) =>
  environment.resourceManager.groups.starts.filter(({ tags }) => tags['numerai-model'] === model);

describe('a model with three slots', () => {
  test('has one container, which submits for all; every answer shows each of them', async () => {
    const run = await door.ended(await door.webhook('ensemble', { roundNumber: door.round, triggerId: 'of-lgbm' }));
    expect(run).toMatchObject({
      state: 'succeeded',
      submission: 'accepted',
      reason: null,
      attempts: [{ number: 1, slots: null }],
      slots: ['my_lgbm', 'my_ridge', 'my_trees'].map((model) => ({
        model,
        id: environment.numerai.models.find(({ name }) => name === model)?.id,
        submission: 'accepted',
        submittedAt: expect.any(String),
      })),
    });
    expect(startsOf('ensemble')).toHaveLength(1);
    expect(submitted('my_')).toEqual(['my_lgbm', 'my_ridge', 'my_trees']);

    const page = (await door.call(`/api/dashboard-page/ensemble/${run.id}`)).text;
    for (const name of submitted('my_')) expect(page).toContain(name);
    const metrics = (await door.call('/api/metrics')).text;
    expect(metrics).toContain('numerai_round_slot_submitted{model="ensemble",tournament="classic",slot="my_ridge"} 1');
    expect(metrics).toContain('numerai_round_slot_submitted{model="in-part",tournament="classic",slot="our_ridge"} 0');
  });

  test('is not run twice by the webhook of another slot', async () => {
    const [first] = JSON.parse((await door.call('/api/runs?model=ensemble')).text).runs;
    const again = await door.webhook('ensemble', { roundNumber: door.round, triggerId: 'of-trees' });
    expect(again).toMatchObject({ runId: first.id, duplicate: true });
    expect(submitted('my_')).toHaveLength(3);
  });

  test('has another attempt for the one whose upload failed, and for that alone', async () => {
    const run = await door.ended(await door.webhook('in-part', { roundNumber: door.round, triggerId: 'of-ours' }));
    expect(run).toMatchObject({
      state: 'succeeded',
      submission: 'accepted',
      attempts: [
        {
          failure: 'exit-code',
          reason: expect.stringContaining('1 of 3 models of in-part is missing: our_ridge'),
          slots: null,
        },
        { outcome: 'succeeded', slots: ['our_ridge'] },
      ],
    });
    expect(startsOf('in-part')).toHaveLength(2);
    expect(submitted('our_')).toEqual(['our_lgbm', 'our_trees', 'our_ridge']);
    await expect.poll(async () => (await door.call(`${run.links.logs}?attempt=2`)).text, WITHIN).toContain('our_ridge');
  });
});
