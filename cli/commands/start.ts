// `start`: starts a model for its open round, or a job, now, and follows its run. `cancel`: stops a run.

import { hasEnded } from '../../src/lib/runs/run.ts';
import { someOf } from '../../src/lib/util/sentences.ts';
import { type AppClient, createAppClient } from '../app-client.ts';
import { type AppRun, ownerOf } from '../app-schema.ts';
import type { AddCommand, Context } from '../context.ts';
import { CommandFailure, EXIT, type ExitCode } from '../failure.ts';
import { followRun, lastLines } from '../follow-run.ts';
import { Steps } from '../steps.ts';

interface Options {
  readonly force?: boolean;
  /** False with `--no-follow`. */
  readonly follow: boolean;
}

export const addStart: AddCommand = (program, withContext) => {
  program
    .command('start')
    .description('Start a model for its open round, or a job, and follow its run.')
    .argument('<name>', 'a model or a job of models.json')
    .option('--force', 'start it although its round is done, or its run was cancelled')
    .option('--no-follow', 'end once the start is on record')
    .action(withContext(start));
};

export const addCancel: AddCommand = (program, withContext) => {
  program
    .command('cancel')
    .description('Cancel a run: its container is stopped, and nothing more is started for its round.')
    .argument('<name>', 'a model or a job of models.json')
    .argument('[run]', 'id of the run; default: the one that is under way')
    .action(withContext(cancel));
};

const appOf = async ({ target, secret }: Context): Promise<AppClient> =>
  createAppClient(await target.appUrl(), secret('OPERATOR_KEY'));

/** Starting a container takes minutes beyond the container's own time. */
const EXTRA_MINUTES = 45;
const MOST_MINUTES = 2880 + EXTRA_MINUTES;

async function start(context: Context, name: string, { force = false, follow }: Options): Promise<ExitCode> {
  const { output, clock } = context;
  const app = await appOf(context);
  await checkName(app, name);
  const steps = new Steps(output, () => clock.now().getTime());
  output.line(`Starting ${name} at ${app.url}`);
  const { run: started, duplicate } = await app.start(name, { force });
  const round = started.round === null ? '' : `, round ${started.round}`;
  steps.report(duplicate ? 'note' : 'ok', duplicate ? 'not repeated' : 'recorded', `run ${started.id}${round}`);
  if (!follow) {
    const known = { ok: true, exitCode: EXIT.ok, error: null, duplicate };
    output.result({ ...known, steps: steps.reported, run: started });
    output.line(`Follow it: npm run numerai -- logs ${name} --follow`);
    return EXIT.ok;
  }
  const until = new Date(clock.now().getTime() + MOST_MINUTES * 60_000);
  const run = await followRun(started, { app, steps, clock, until, endedBefore: 0, once: false });
  output.progress(null);
  const failure = run.state === 'succeeded' ? null : await failureOf(context, app, run);
  const [error, exitCode] = [failure?.message ?? null, failure?.exitCode ?? EXIT.ok];
  output.result({ ok: failure === null, exitCode, error, duplicate, steps: steps.reported, run });
  if (error !== null) {
    output.note(error);
    return exitCode;
  }
  if (run.model !== null) output.line(`${name} is done: the submission is ${run.submission}.`);
  return EXIT.ok;
}

async function failureOf({ output }: Context, app: AppClient, run: AppRun): Promise<CommandFailure> {
  const name = ownerOf(run);
  const log = await app.log(name, run.id).catch(() => '');
  for (const line of log.trim() === '' ? [] : lastLines(log)) output.note(line);
  return new CommandFailure(
    EXIT.failed,
    `${name} ${run.state.replace('_', ' ')}: ${run.reason ?? 'no reason is known'}`,
  );
}

/** @throws {CommandFailure} `usage`, where the app has neither a model nor a job of the name. */
async function checkName(app: AppClient, name: string): Promise<void> {
  const { models, jobs } = await app.status();
  const names = [...models.map(({ model }) => model), ...jobs.map(({ job }) => job)];
  if (names.includes(name)) return;
  throw new CommandFailure(
    EXIT.usage,
    `The app has no model or job ${JSON.stringify(name)}. It has: ${someOf(names).join(', ') || 'none'}.`,
  );
}

async function cancel(context: Context, name: string, id: string | undefined): Promise<ExitCode> {
  const { output } = context;
  const app = await appOf(context);
  const run = await app.cancel(name, id ?? (await underWay(app, name)).id);
  output.result({ run });
  output.line(
    hasEnded(run)
      ? `Run ${run.id} of ${name} is ${run.state.replace('_', ' ')}.`
      : `Run ${run.id} of ${name} is being cancelled: its container is stopped first. It is ${run.state} until then.`,
  );
  return EXIT.ok;
}

async function underWay(app: AppClient, name: string): Promise<AppRun> {
  const { models, jobs } = await app.status(name);
  const run = [...models, ...jobs][0]?.inFlight ?? null;
  if (run !== null) return run;
  throw new CommandFailure(
    EXIT.failed,
    `No run of ${name} is under way. \`npm run numerai -- runs ${name}\` lists them.`,
  );
}
