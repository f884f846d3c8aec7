// `test`: has Numerai call the webhook, and follows the run to its submission.

import { aboutOf } from '../../src/lib/config/container-kinds.ts';
import type { Model } from '../../src/lib/config/models.ts';
import { openRound } from '../../src/lib/rounds/round.ts';
import { isValid } from '../../src/lib/verification/decide.ts';
import type { ListedSubmission, NumeraiModel } from '../../src/lib/verification/submission-source.ts';
import { lookUpSlots, type Slot } from '../account.ts';
import { type AppClient, type AppRun, createAppClient } from '../app-client.ts';
import type { AddCommand, Context } from '../context.ts';
import { asFailure, CommandFailure, EXIT, type ExitCode } from '../failure.ts';
import { followRun, lastLines } from '../follow-run.ts';
import { maskedUrl, moment } from '../format.ts';
import { chooseModel } from '../models-file.ts';
import { Steps } from '../steps.ts';
import { nextRound, nextSentence } from './round.ts';

/** Starting a container, and showing a submission, take minutes beyond the container's own time. */
const EXTRA_MINUTES = 15;
const MOST_MINUTES = 1440;
/** The run is on record before the webhook answers; this is for clocks and caches. */
const RECORD_TRIES = 5;
const SUBMISSION_TRIES = 10;
const TRY_AGAIN_MS = 2000;

interface Options {
  readonly anyway?: boolean;
  /** In minutes. */
  readonly timeout?: number;
}

interface Test extends Context {
  readonly options: Options;
  readonly model: Model;
  readonly app: AppClient;
  readonly steps: Steps;
  /** Numerai's, once it has called. */
  triggerId: string | null;
  /** The run as it was last seen. */
  run: AppRun | null;
}

export const addTest: AddCommand = (program, withContext) => {
  program
    .command('test')
    .description('Have Numerai call the webhook now, and follow the run to its submission.')
    .argument('[model]', 'name in models.json; not needed where there is only one')
    .option('--anyway', 'if no round is open, have the app start a test, without a call by Numerai')
    .option(
      '--timeout <minutes>',
      `how long to follow the run; default: the model's time limit and ${EXTRA_MINUTES} more`,
      minutesOf,
    )
    .action(withContext(testModel));
};

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (minutes > 0 && minutes <= MOST_MINUTES) return minutes;
  const message = `--timeout must be a number of minutes, at most ${MOST_MINUTES}.`;
  throw new CommandFailure(EXIT.usage, message);
}

async function testModel(context: Context, name: string | undefined, options: Options): Promise<ExitCode> {
  const { output, clock, target, secret } = context;
  const model = chooseModel(await context.modelsFile(), name);
  const app = createAppClient(await target.appUrl(), secret('OPERATOR_KEY'));
  const steps = new Steps(output, () => clock.now().getTime());
  output.line(`Testing ${model.name} at ${app.url}`);
  const test: Test = { ...context, options, model, app, steps, triggerId: null, run: null };
  const failure = await carryOut(test).then(() => null, asFailure);
  const exitCode = failure?.exitCode ?? EXIT.ok;
  const error = failure?.message ?? null;
  output.progress(null);
  if (error !== null) output.note(error);
  output.result({ ok: error === null, exitCode, error, steps: steps.reported, run: test.run });
  return exitCode;
}

async function carryOut(test: Test): Promise<void> {
  const { options, model, app, steps, clock } = test;
  test.keysOf(model); // A missing key is reported first.

  steps.waiting('asking the app');
  await app.health();
  const earlier = await app.runs(model.name);
  steps.report('ok', 'app answers', app.url);
  const slots = await lookUpSlots(test, [model]);
  const called = checkWebhook(test, slots);
  const isOpen = await checkRound(test);
  const run = isOpen ? await callWebhook(test, called.id, earlier) : await startTest(test);
  test.run = run;
  const isOwn = run.isTest || test.triggerId === null || run.triggerId === test.triggerId;
  if (!isOwn && run.state === 'succeeded') return reportDone(test, run);

  const minutes = options.timeout ?? model.timeoutMinutes + EXTRA_MINUTES;
  const until = new Date(clock.now().getTime() + minutes * 60_000);
  const before = earlier.find(({ id }) => id === run.id)?.attempts ?? [];
  const endedBefore = before.filter(({ outcome }) => outcome !== null).length;
  const ended = await followRun(run, { app, steps, clock, until, endedBefore });
  test.run = ended;
  if (ended.state !== 'succeeded') throw await failureOf(test, ended);
  await checkSubmissions(test, ended, slots);
}

/** Numerai must have a webhook for one of the slots, and it must be this app's. @returns that slot. */
function checkWebhook({ app, model: { name } }: Test, slots: readonly Slot[]): NumeraiModel {
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

/** @returns whether one is open. */
async function checkRound({ numerai, clock, options, model, steps }: Test): Promise<boolean> {
  const rounds = await numerai.rounds(model.tournament);
  const now = clock.now();
  const open = openRound(rounds, now);
  if (open !== null) {
    steps.report('ok', 'round is open', `${open.number}, until ${moment(open.closeTime)}`);
    return true;
  }
  const closed = `No round of ${model.tournament} is open, so nothing can be submitted.${nextSentence(nextRound(rounds, now), now)}`;
  if (options.anyway !== true)
    throw new CommandFailure(EXIT.noRound, `${closed} To have the app start a test all the same: --anyway.`);
  steps.report('note', 'round is closed', closed);
  return false;
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

/** Numerai calls the webhook, as it does when a round opens. */
async function callWebhook(test: Test, modelId: string, earlier: readonly AppRun[]): Promise<AppRun> {
  const { steps } = test;
  await checkPause(test);
  steps.waiting('Numerai calls the webhook');
  const triggerId = await trigger(test, modelId);
  test.triggerId = triggerId;
  steps.report('ok', 'webhook called', `by Numerai, with trigger id ${triggerId}`);
  return findRun(test, triggerId, earlier);
}

/** The app starts nothing else while no round is open. */
async function startTest({ app, model, steps }: Test): Promise<AppRun> {
  steps.waiting('the app starts a test');
  const run = await app.startTest(model.name);
  steps.report('ok', 'test started', `run ${run.id}; Numerai was not asked to call the webhook`);
  return run;
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
  earlier: readonly AppRun[],
): Promise<AppRun> {
  for (let tried = 0; tried < RECORD_TRIES; tried += 1) {
    const own = (await app.runs(model.name)).find((run) => run.triggerId === triggerId);
    if (own !== undefined) {
      const round = own.round === null ? 'round not known' : `round ${own.round}`;
      steps.report('ok', 'recorded', `run ${own.id}, ${round}`);
      return own;
    }
    steps.waiting('looking for the record');
    await clock.sleep(TRY_AGAIN_MS / 4);
  }
  // Answered 200 without a run of its own: the round belongs to an earlier run.
  const holder = earlier.find((run) => !run.isTest);
  if (holder === undefined)
    throw new CommandFailure(
      EXIT.failed,
      `The webhook was answered with success, but ${app.url} has no run for it. Check that Numerai's webhook is this app's.`,
    );
  steps.report('note', 'recorded', `this round already has run ${holder.id}`);
  return app.run(model.name, holder.id);
}

function reportDone({ output, model, steps }: Test, run: AppRun): void {
  const why = run.submission === 'accepted' ? 'Numerai has its submission' : run.state;
  steps.report('ok', 'not repeated', `round ${run.round ?? '?'} is done: ${why}`);
  output.line();
  output.line(
    `The webhook works, and started no second run. To see a whole run of the same round: POST /api/runs/${model.name} with {"force": true}, or wait for the next round.`,
  );
}

async function failureOf({ app, model, output }: Test, run: AppRun): Promise<CommandFailure> {
  const log = await app.log(model.name, run.id).catch(() => '');
  if (log.trim() !== '')
    for (const line of ['', 'The last lines of its log:', ...lastLines(log).map(indented), '']) output.line(line);
  const unknown = `The run ended ${run.state}, without a reason on record.`;
  return new CommandFailure(EXIT.failed, run.reason ?? unknown);
}

const indented = (line: string): string => `  ${line}`;

/** What counts is what Numerai shows, asked here with the participant's own key. */
async function checkSubmissions(test: Test, run: AppRun, slots: readonly Slot[]): Promise<void> {
  const { output, model, steps } = test;
  if (run.isTest) return steps.report('note', 'no submission', 'it was a test: nothing was to be uploaded');
  if (run.submission !== 'accepted')
    throw new CommandFailure(EXIT.failed, run.reason ?? `The submission is ${run.submission}.`);
  const withoutId: string[] = [];
  for (const { slot, atNumerai } of slots) {
    const seen = await seenSubmission(test, run, atNumerai.id);
    const name = slots.length > 1 ? slot : model.name;
    if (seen === null)
      throw new CommandFailure(
        EXIT.failed,
        `The run succeeded, but Numerai shows no submission of ${name} for round ${run.round ?? '?'}.`,
      );
    const of = slots.length > 1 ? `${name}: ` : '';
    const hasId = seen.triggerId !== null && seen.triggerId === run.triggerId;
    if (hasId) steps.report('ok', 'submission seen', `${of}${seenAt(seen)}, with this trigger id`);
    else {
      steps.report('note', 'submission seen', `${of}${seenAt(seen)}, but not with this trigger id`);
      withoutId.push(name);
    }
  }
  if (withoutId.length === 0) return;
  output.line();
  output.line(aboutOf(model.container).withoutTriggerId);
}

/** The submission of the run's round, that with the run's trigger id first; null where there is none after a while. */
async function seenSubmission(test: Test, run: AppRun, modelId: string): Promise<ListedSubmission | null> {
  const { numerai, keysOf, clock, model, steps } = test;
  for (let tried = 0; tried < SUBMISSION_TRIES; tried += 1) {
    steps.waiting('asking Numerai for the submission');
    const all = await numerai.submissions(modelId, keysOf(model));
    const ofRound = all.filter(isValid).filter(({ round }) => round === run.round);
    const own = ofRound.find(({ triggerId }) => triggerId !== null && triggerId === run.triggerId);
    const [other] = ofRound;
    if (own !== undefined || other !== undefined) return own ?? other ?? null;
    await clock.sleep(TRY_AGAIN_MS);
  }
  return null;
}

const seenAt = ({ insertedAt }: ListedSubmission): string => `at Numerai, ${moment(insertedAt)}`;
