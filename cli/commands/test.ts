// `test`: has Numerai call the webhook, and follows the run to its submission.

import type { Model } from '../../src/lib/config/models.ts';
import type { NumeraiModel, NumeraiSubmission } from '../../src/lib/numerai/numerai.ts';
import { openRound } from '../../src/lib/rounds/round.ts';
import { lookUpModels } from '../account.ts';
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
  /** Call although no round is open. */
  readonly anyway?: boolean;
  /** In minutes. */
  readonly timeout?: number;
}

interface Test {
  readonly context: Context;
  readonly options: Options;
  readonly model: Model;
  readonly app: AppClient;
  readonly steps: Steps;
}

export const addTest: AddCommand = (program, withContext) => {
  program
    .command('test')
    .description(
      'have Numerai call the webhook now, and follow the run until its submission is seen',
    )
    .argument('[model]', 'name in models.json; not needed where there is only one')
    .option('--anyway', 'call the webhook even if no round is open')
    .option(
      '--timeout <minutes>',
      `how long to follow the run; default: the model's own time limit and ${EXTRA_MINUTES} more`,
      minutesOf,
    )
    .action(withContext(test));
};

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (minutes > 0 && minutes <= MOST_MINUTES) return minutes;
  throw new CommandFailure(
    EXIT.usage,
    `--timeout must be a number of minutes, at most ${MOST_MINUTES}.`,
  );
}

async function test(
  context: Context,
  name: string | undefined,
  options: Options,
): Promise<ExitCode> {
  const { output, clock } = context;
  const model = chooseModel(await context.models(), name);
  const app = createAppClient(await context.target.appUrl(), context.secret('OPERATOR_KEY'));
  const steps = new Steps(output, () => clock.now().getTime());
  output.line(`Testing ${model.name} at ${app.url}`);
  let run: AppRun | null = null;
  let failure: CommandFailure | null = null;
  try {
    run = await carryOut({ context, options, model, app, steps });
  } catch (error) {
    if (error instanceof RunFailure) run = error.run;
    failure = asFailure(error);
  }
  output.progress(null);
  if (failure !== null) {
    output.line();
    output.note(failure.message);
  }
  output.result({
    ok: failure === null,
    exitCode: failure?.exitCode ?? EXIT.ok,
    error: failure?.message ?? null,
    steps: steps.reported,
    run,
  });
  return failure?.exitCode ?? EXIT.ok;
}

/** The run ended without a submission that counts. */
class RunFailure extends CommandFailure {
  readonly run: AppRun;

  constructor(run: AppRun, message: string) {
    super(EXIT.failed, message);
    this.run = run;
  }
}

async function carryOut(test: Test): Promise<AppRun> {
  const { context, options, model, app, steps } = test;
  const { clock } = context;
  context.keysOf(model); // A missing key is reported first.

  steps.waiting('asking the app');
  await app.health();
  const earlier = await app.runs(model.name);
  steps.report('ok', 'app answers', app.url);
  const known = (await lookUpModels(context, [model]))(model);
  checkWebhook(test, known);
  await checkRound(test);

  steps.waiting('Numerai calls the webhook');
  const triggerId = await trigger(test, known.id);
  steps.report('ok', 'webhook called', `by Numerai, with trigger id ${triggerId}`);

  const run = await findRun(test, triggerId, earlier);
  if (run.triggerId !== triggerId && run.state === 'succeeded') return alreadyDone(test, run);

  const minutes = options.timeout ?? model.timeoutMinutes + EXTRA_MINUTES;
  const until = new Date(clock.now().getTime() + minutes * 60_000);
  const ended = await followRun(run, { app, steps, clock, until });
  if (ended.state !== 'succeeded') throw await failureOf(test, ended);
  await checkSubmission(test, ended, known.id);
  return ended;
}

/** Numerai must have a webhook for the model, and it must be this app's. */
function checkWebhook({ app, model }: Test, { webhook }: NumeraiModel): void {
  const register = `\`npm run numerai -- register ${model.name}\``;
  if (webhook === null)
    throw new CommandFailure(
      EXIT.failed,
      `Numerai has no webhook for ${model.name}. Register it: ${register}.`,
    );
  if (!URL.canParse(webhook) || new URL(webhook).host !== new URL(app.url).host)
    throw new CommandFailure(
      EXIT.failed,
      `Numerai's webhook for ${model.name} is ${maskedUrl(webhook)}, which is not the app at ${app.url}. Give the right --url, or register this app: ${register}.`,
    );
}

async function checkRound({ context, options, model, steps }: Test): Promise<void> {
  const { numerai, clock } = context;
  const rounds = await numerai.rounds(model.tournament);
  const now = clock.now();
  const open = openRound(rounds, now);
  if (open !== null) {
    steps.report('ok', 'round is open', `${open.number}, until ${moment(open.closeTime)}`);
    return;
  }
  const closed = `No round of ${model.tournament} is open, so nothing can be submitted.${nextSentence(nextRound(rounds, now), now)}`;
  if (options.anyway !== true)
    throw new CommandFailure(EXIT.noRound, `${closed} To call the webhook all the same: --anyway.`);
  steps.report('note', 'round is closed', closed);
}

async function trigger({ context, model, app, steps }: Test, modelId: string): Promise<string> {
  try {
    return await context.webhooks.trigger(modelId, context.keysOf(model));
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
  { context, model, app, steps }: Test,
  triggerId: string,
  earlier: readonly AppRun[],
): Promise<AppRun> {
  for (let tried = 1; ; tried += 1) {
    const runs = await app.runs(model.name);
    const own = runs.find((run) => run.triggerId === triggerId);
    if (own !== undefined) {
      const round = own.round === null ? 'round not known' : `round ${own.round}`;
      steps.report('ok', 'recorded', `run ${own.id}, ${round}, attempt ${own.attempt}`);
      return own;
    }
    if (tried < RECORD_TRIES) {
      steps.waiting('looking for the record');
      await context.clock.sleep(TRY_AGAIN_MS / 4);
      continue;
    }
    // Answered 200 without a run of its own: the round belongs to an earlier run.
    const holder = earlier.find((run) => !run.isTest);
    if (holder === undefined)
      throw new CommandFailure(
        EXIT.failed,
        `The webhook was answered with success, but ${app.url} has no run for it. Check that Numerai's webhook is this app's.`,
      );
    const current = await app.run(model.name, holder.id);
    steps.report('note', 'recorded', `this round already has run ${current.id}`);
    return current;
  }
}

async function alreadyDone({ context, model, steps }: Test, run: AppRun): Promise<AppRun> {
  const why = run.submission === 'accepted' ? 'Numerai has its submission' : run.state;
  steps.report('ok', 'not repeated', `round ${run.round ?? '?'} is done: ${why}`);
  context.output.line();
  context.output.line(
    `The webhook works, and started no second run. To see a whole run of the same round: POST /api/runs/${model.name} with {"force": true}, or wait for the next round.`,
  );
  return run;
}

async function failureOf({ app, context }: Test, run: AppRun): Promise<RunFailure> {
  const log = await app.log(run.model, run.id).catch(() => '');
  const lines = log.trim() === '' ? [] : lastLines(log);
  if (lines.length > 0) {
    context.output.line();
    context.output.line('The last lines of its log:');
    for (const line of lines) context.output.line(`  ${line}`);
  }
  return new RunFailure(
    run,
    run.reason ?? `The run ended ${run.state}, without a reason on record.`,
  );
}

/** What counts is what Numerai shows, asked here with the participant's own key. */
async function checkSubmission(
  { context, model, steps }: Test,
  run: AppRun,
  modelId: string,
): Promise<void> {
  if (run.isTest) {
    steps.report('note', 'no submission', 'Numerai called it a test, so nothing was uploaded');
    return;
  }
  if (run.submission === 'late') throw new RunFailure(run, run.reason ?? 'The submission is late.');
  const keys = context.keysOf(model);
  for (let tried = 1; tried <= SUBMISSION_TRIES; tried += 1) {
    steps.waiting('asking Numerai for the submission');
    const ofRound = (await context.numerai.submissions(modelId, keys)).filter(
      (submission) => submission.round === run.round,
    );
    const own = ofRound.find((submission) => submission.triggerId === run.triggerId);
    if (own !== undefined && run.triggerId !== null) {
      steps.report('ok', 'submission seen', `${seenAt(own)}, with this trigger id`);
      return;
    }
    const [other] = ofRound;
    if (other !== undefined) {
      steps.report('note', 'submission seen', `${seenAt(other)}, but not with this trigger id`);
      context.output.line();
      context.output.line(
        model.container.kind === 'group'
          ? 'The submission counts, but Numerai shows the call as unanswered: an existing container group cannot be given the trigger id. docs/numerai.md, "The trigger id", says how to change that.'
          : 'The submission counts, but either the image does not send TRIGGER_ID (numerapi does), or the submission was made by other means. docs/numerai.md, "The trigger id".',
      );
      return;
    }
    await context.clock.sleep(TRY_AGAIN_MS);
  }
  throw new RunFailure(
    run,
    `The run succeeded, but Numerai shows no submission of ${model.name} for round ${run.round ?? '?'}.`,
  );
}

const seenAt = ({ insertedAt }: NumeraiSubmission): string => `at Numerai, ${moment(insertedAt)}`;
