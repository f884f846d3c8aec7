// What the deployed app says of itself, with its own identity: deep health; and whether it has the models of the file here.

import type { ModelsFile } from '../../src/lib/config/models.ts';
import { someOf, together } from '../../src/lib/util/sentences.ts';
import { type AppClient, createAppClient } from '../app-client.ts';
import type { Context } from '../context.ts';
import { asFailure, EXIT } from '../failure.ts';
import { needsNoKey } from '../target.ts';
import { allOf, type Finding, failed, note, ok, unchecked } from './finding.ts';

const HOW_TO_GET_THE_KEY = 'docs/deploy.md, "Keys of the app", shows the command that reads it.';

/** @param models null where models.json is wrong. */
export async function checkDeployed(
  context: Context,
  url: string,
  models: ModelsFile | null,
): Promise<readonly Finding[]> {
  const key = context.secret('OPERATOR_KEY');
  const app = createAppClient(url, key);
  try {
    await app.health();
  } catch (error) {
    return [failed(`app at ${url}`, asFailure(error).message, '')];
  }
  const answers = ok(`app at ${url}`, 'it answers.');
  if (key === null && !needsNoKey(url))
    return [answers, unchecked('deep health of the app', 'OPERATOR_KEY is not set.', HOW_TO_GET_THE_KEY)];
  try {
    return [answers, ...(await healthFindings(app)), ...(await modelFindings(app, models))];
  } catch (error) {
    const { message, exitCode } = asFailure(error);
    const subject = 'deep health of the app';
    return [answers, exitCode === EXIT.unreachable ? unchecked(subject, message) : failed(subject, message, '')];
  }
}

async function healthFindings(app: AppClient): Promise<readonly Finding[]> {
  const all = await app.deepHealth();
  const wrong = all
    .filter((finding) => !finding.ok)
    .map(({ dependency, problem, remedy }) =>
      // Some problems say themselves what to do.
      failed(`deep health: ${dependency}`, problem ?? '', problem?.includes(remedy ?? '') ? '' : (remedy ?? '')),
    );
  return allOf(wrong, 'deep health of the app', `all ${all.length} that it depends on are in order.`);
}

async function modelFindings(app: AppClient, models: ModelsFile | null): Promise<readonly Finding[]> {
  if (models === null) return [];
  const { models: deployed, jobs } = await app.status();
  const there = new Set([...deployed.map(({ model }) => model), ...jobs.map(({ job }) => job)]);
  const here = new Set([...models.models, ...models.jobs].map(({ name }) => name));
  const added = [...here].filter((name) => !there.has(name));
  const removed = [...there].filter((name) => !here.has(name));
  if (added.length + removed.length === 0) return [];
  const said = together(
    added.length === 0 ? null : `It does not have ${someOf(added).join(', ')} of models.json here.`,
    removed.length === 0 ? null : `It still has ${someOf(removed).join(', ')}.`,
  );
  return [note('models of the app', said ?? '', 'Deploy it again: `azd deploy`.')];
}
