// `test`: has Numerai call the webhook, and follows what comes of it to the submission.

import type { Model } from '../../src/lib/config/models.ts';
import type { NumeraiModel, NumeraiSubmission } from '../../src/lib/numerai/numerai.ts';
import { openRound } from '../../src/lib/rounds/round.ts';
import { type AppClient, type AppRun, createAppClient } from '../app.ts';
import { atNumerai, type Context, findConfigured } from '../context.ts';
import { asFailure, CommandFailure, EXIT, type ExitCode } from '../exit.ts';
import { followRun, lastLines } from '../follow.ts';
import { maskedUrl, moment } from '../output.ts';
import { Steps } from '../steps.ts';
import { nextRound, nextSentence } from './round.ts';

/** Starting a container, and showing a submission, take minutes beyond the container's own time. */
const EXTRA_MINUTES = 15;
/** The run is on record before the webhook answers; this is for clocks and caches. */
const RECORD_TRIES = 5;
const SUBMISSION_TRIES = 10;
const TRY_AGAIN_MS = 2000;

interface Test {
  readonly context: Context;
  readonly model: Model;
  readonly app: AppClient;
  readonly steps: Steps;
}

export async function test(context: Context): Promise<ExitCode> {
  const { args, output, clock } = context;
  const model = findConfigured(await context.models(), args.names[0]);
  const app = createAppClient(await context.target.appUrl(), context.secret('OPERATOR_KEY'));
  const steps = new Steps(output, () => clock.now().getTime());
  output.line(`Testing ${model.name} at ${app.url}`);
  let run: AppRun | null = null;
  let failure: CommandFailure | null = null;
  try {
    run = await carryOut({ context, model, app, steps });
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
    steps: steps.told,
    run,
  });
  return failure?.exitCode ?? EXIT.ok;
}

/** The run did not bring the submission in. */
class RunFailure extends CommandFailure {
  readonly run: AppRun;

  constructor(run: AppRun, message: string) {
    super(EXIT.failed, message);
    this.run = run;
  }
}

async function carryOut(test: Test): Promise<AppRun> {
  const { context, model, app, steps } = test;
  const { numerai, clock } = context;
  const keys = context.keysOf(model);

  steps.waiting('asking the app');
  await app.health();
  const earlier = await app.runs(model.name);
  steps.tell('ok', 'app answers', app.url);
  const known = atNumerai(model, await numerai.accountModels(keys));
  checkWebhook(test, known);
  await checkRound(test);

  steps.waiting('Numerai calls the webhook');
  const triggerId = await trigger(test, known.id);
  steps.tell('ok', 'reachable', `Numerai called the webhook; trigger id ${triggerId}`);

  const run = await findRun(test, triggerId, earlier);
  if (run.triggerId !== triggerId && run.state === 'succeeded') return alreadyDone(test, run);

  const minutes = context.args.timeoutMinutes ?? model.timeoutMinutes + EXTRA_MINUTES;
  const until = new Date(clock.now().getTime() + minutes * 60_000);
  const ended = await followRun(run, { app, steps, clock, until });
  if (ended.state !== 'succeeded') throw await failureOf(test, ended);
  await checkSubmission(test, ended, known.id);
  return ended;
}

/** Numerai must know an address, and it must be this app's. */
function checkWebhook({ app, model }: Test, { webhook }: NumeraiModel): void {
  const register = `\`npm run numerai -- register ${model.name}\``;
  if (webhook === null)
    throw new CommandFailure(
      EXIT.failed,
      `Numerai calls nobody for ${model.name}. Register the webhook: ${register}.`,
    );
  if (!URL.canParse(webhook) || new URL(webhook).host !== new URL(app.url).host)
    throw new CommandFailure(
      EXIT.failed,
      `Numerai calls ${maskedUrl(webhook)} for ${model.name}, which is not the app at ${app.url}. Give the right --url, or register this app: ${register}.`,
    );
}

async function checkRound({ context, model, steps }: Test): Promise<void> {
  const { numerai, clock, args } = context;
  const rounds = await numerai.rounds(model.tournament);
  const now = clock.now();
  const open = openRound(rounds, now);
  if (open !== null) {
    steps.tell('ok', 'round is open', `${open.number}, until ${moment(open.closeTime)}`);
    return;
  }
  const closed = `No round of ${model.tournament} is open, so nothing can be submitted.${nextSentence(nextRound(rounds, now), now)}`;
  if (!args.anyway)
    throw new CommandFailure(EXIT.noRound, `${closed} To call the webhook all the same: --anyway.`);
  steps.tell('note', 'round is closed', closed);
}

async function trigger({ context, model, app, steps }: Test, modelId: string): Promise<string> {
  try {
    return await context.numerai.triggerWebhook(modelId, context.keysOf(model));
  } catch (error) {
    const { exitCode, message } = asFailure(error);
    steps.tell('failed', 'reachable');
    throw new CommandFailure(
      exitCode,
      `${message} If the app answers otherwise (${app.url}/api/health), its key has changed: register the webhook again.`,
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
      steps.tell('ok', 'recorded', `run ${own.id}, ${round}, attempt ${own.attempt}`);
      return own;
    }
    if (tried < RECORD_TRIES) {
      steps.waiting('looking for the record');
      await context.clock.sleep(TRY_AGAIN_MS / 4);
      continue;
    }
    // Answered 200 without a record of its own: the round belongs to an earlier run.
    const holder = earlier.find((run) => !run.isTest);
    if (holder === undefined)
      throw new CommandFailure(
        EXIT.failed,
        `The webhook was answered with success, but ${app.url} has no run of it. Does Numerai call another app than this one?`,
      );
    const current = await app.run(model.name, holder.id);
    steps.tell('note', 'recorded', `the round is taken care of already, by run ${current.id}`);
    return current;
  }
}

async function alreadyDone({ context, model, steps }: Test, run: AppRun): Promise<AppRun> {
  const proof = run.submission === 'accepted' ? 'its submission is at Numerai' : run.state;
  steps.tell('ok', 'not repeated', `round ${run.round ?? '?'} is done: ${proof}`);
  context.output.line();
  context.output.line(
    `The webhook works, and started no second run. To watch a whole one for the same round: POST /api/runs/${model.name} with {"force": true}, or wait for the next round.`,
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
  return new RunFailure(run, run.reason ?? `The run ended ${run.state}; its record says no more.`);
}

/** What counts is what Numerai shows, asked here with the participant's own key. */
async function checkSubmission(
  { context, model, steps }: Test,
  run: AppRun,
  modelId: string,
): Promise<void> {
  if (run.isTest) {
    steps.tell('note', 'no submission', 'Numerai called it a test: nothing was to be uploaded');
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
      steps.tell('ok', 'submission seen', `${seenAt(own)}, with this trigger id`);
      return;
    }
    const [other] = ofRound;
    if (other !== undefined) {
      steps.tell('note', 'submission seen', `${seenAt(other)}, but not with this trigger id`);
      context.output.line();
      context.output.line(
        model.container.kind === 'group'
          ? 'The container group exists already, so it cannot be given the trigger id: the submission counts, but Numerai shows the call as unanswered. docs/numerai.md, "The trigger id", tells how to change that.'
          : 'The submission counts, but the image does not send TRIGGER_ID along (numerapi does it by itself), or it was made by other means. docs/numerai.md, "The trigger id".',
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
