// The call of a model's webhook by Numerai, and the run that it makes.

import type { NumeraiModel } from '../../src/lib/verification/submission-source.ts';
import type { Slot } from '../account.ts';
import type { AppClient } from '../app-client.ts';
import type { AppRun } from '../app-schema.ts';
import { asFailure, CommandFailure, EXIT } from '../failure.ts';
import { maskedUrl } from '../format.ts';
import type { Test } from './test.ts';

/** The run is on record before the webhook answers; this is for clocks and caches. */
const RECORD_TRIES = 5;
const TRY_AGAIN_MS = 500;

/** Numerai must have a webhook for one of the slots, and it must be this app's. @returns that slot. */
export function checkWebhook({ app, model: { name } }: Test, slots: readonly Slot[]): NumeraiModel {
  const register = `\`npm run numerai -- register ${name}\``;
  const withWebhook = slots.map(({ atNumerai }) => atNumerai).filter(({ webhook }) => webhook !== null);
  const own = withWebhook.find(({ webhook }) => isOf(app, webhook ?? ''));
  if (own !== undefined) return own;
  const [other] = withWebhook;
  if (other === undefined)
    throw new CommandFailure(EXIT.failed, `Numerai has no webhook for ${name}. Register it: ${register}.`);
  throw new CommandFailure(
    EXIT.failed,
    `Numerai's webhook for ${name} is ${maskedUrl(other.webhook ?? '')}, which is not the app at ${app.url}. Give the right --url, or register this app: ${register}.`,
  );
}

function isOf(app: AppClient, webhook: string): boolean {
  return URL.canParse(webhook) && new URL(webhook).host === new URL(app.url).host;
}

/** The webhook of a paused model answers with success, and starts nothing. */
async function checkPause({ app, model: { name } }: Test): Promise<void> {
  const pause = await app.pause(name);
  if (pause === null) return;
  const why = pause.reason === null ? '' : ` (${pause.reason})`;
  const remedy =
    pause.by === 'models.json'
      ? 'Take "paused": true out of it, and deploy again.'
      : `Resume it first: on ${app.url}/api/dashboard/${name}, or with POST /api/resume/${name}.`;
  throw new CommandFailure(
    EXIT.failed,
    `${name} is paused by ${pause.by}${why}: its webhook starts nothing. ${remedy}`,
  );
}

/** What was there before the call: the round that is open, and the runs so far, newest first. */
interface Before {
  readonly round: number;
  readonly earlier: readonly AppRun[];
}

/** Numerai calls the webhook, as it does when a round opens. */
export async function callWebhook(test: Test, modelId: string, before: Before): Promise<AppRun> {
  const { steps } = test;
  await checkPause(test);
  steps.waiting('Numerai calls the webhook');
  const triggerId = await trigger(test, modelId);
  test.triggerId = triggerId;
  steps.report('ok', 'webhook called', `by Numerai, with trigger id ${triggerId}`);
  return findRun(test, triggerId, before);
}

/** @returns the trigger id. */
async function trigger({ webhooks, keysOf, model, app, steps }: Test, modelId: string): Promise<string> {
  try {
    return await webhooks.trigger(modelId, keysOf(model));
  } catch (error) {
    const { exitCode, message } = asFailure(error);
    steps.report('failed', 'webhook failed');
    throw new CommandFailure(
      exitCode,
      `${message} If ${app.url}/api/health answers, the key in the webhook may be an old one: register the webhook again.`,
    );
  }
}

/** The run that this trigger made, or the one that it found. */
async function findRun(
  { model, app, steps, clock }: Test,
  triggerId: string,
  { round, earlier }: Before,
): Promise<AppRun> {
  for (let tried = 0; tried < RECORD_TRIES; tried += 1) {
    const own = (await app.runs({ model: model.name })).runs.find((run) => run.triggerId === triggerId);
    if (own !== undefined) {
      const of = own.round === null ? 'round not known' : `round ${own.round}`;
      steps.report('ok', 'recorded', `run ${own.id}, ${of}`);
      return own;
    }
    steps.waiting('looking for the record');
    await clock.sleep(TRY_AGAIN_MS);
  }
  // Answered 200 without a run of its own: the round belongs to an earlier run, and to none of another round.
  const holder = earlier.find((run) => !run.isTest && (run.round === round || run.round === null));
  if (holder === undefined)
    throw new CommandFailure(
      EXIT.failed,
      `The webhook was answered with success, but ${app.url} has no run for it. Check that Numerai's webhook is this app's.`,
    );
  steps.report('note', 'recorded', `this round already has run ${holder.id}`);
  return app.run(model.name, holder.id);
}
