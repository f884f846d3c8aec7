// `runs`: the history. `logs`: what a container has printed, and prints. `dashboard`: where it all is to be seen.

import { Option } from 'commander';
import { hasEnded, RUN_STATES } from '../../src/lib/runs/run.ts';
import { type AppClient, createAppClient } from '../app-client.ts';
import { type AppRun, ownerOf } from '../app-schema.ts';
import { wholeNumberUpTo } from '../arguments.ts';
import type { AddCommand, Context } from '../context.ts';
import { CommandFailure, EXIT, type ExitCode } from '../failure.ts';
import { followLog } from '../follow-log.ts';
import { moment, table } from '../format.ts';

export const addRuns: AddCommand = (program, withContext) => {
  program
    .command('runs')
    .description('List runs, newest first.')
    .argument('[name]', 'a model or a job; default: all')
    .addOption(new Option('--only <state>', 'only those in this state').choices(RUN_STATES))
    .option('--limit <count>', 'how many, 1 to 100', wholeNumberUpTo('--limit', 100), 20)
    .option('--after <run>', 'those before the run of this id')
    .action(withContext(listRuns));
};

export const addLogs: AddCommand = (program, withContext) => {
  program
    .command('logs')
    .description("Show the log of a run's container.")
    .argument('<name>', 'a model or a job')
    .argument('[run]', 'id of the run; default: the newest')
    .option('--attempt <number>', 'default: the last one', wholeNumberUpTo('--attempt', 1000))
    .option('-f, --follow', 'print what is added, until the run has ended')
    .action(withContext(showLog));
};

export const addDashboard: AddCommand = (program, withContext) => {
  program
    .command('dashboard')
    .description('Print the address of the dashboard, of a model or of a run on it.')
    .argument('[name]', 'a model or a job')
    .argument('[run]', 'id of a run')
    .action(withContext(showAddress));
};

const appOf = async ({ target, secret }: Context): Promise<AppClient> =>
  createAppClient(await target.appUrl(), secret('OPERATOR_KEY'));

interface ListOptions {
  readonly only?: string;
  readonly limit: number;
  readonly after?: string;
}

async function listRuns(context: Context, model: string | undefined, options: ListOptions): Promise<ExitCode> {
  const { output } = context;
  const { only: state, limit, after } = options;
  const app = await appOf(context);
  const page = await app.runs({ model, state, limit, after });
  output.result(page);
  if (page.runs.length === 0) output.line('There are none.');
  else for (const row of table([HEAD, ...page.runs.map(rowOf)])) output.line(row);
  const last = page.next === null ? null : new URL(page.next).searchParams.get('after');
  if (last !== null) output.line(`\nThere are more: --after ${last}`);
  return EXIT.ok;
}

const HEAD = ['RUN', 'NAME', 'ROUND', 'REQUESTED', 'BY', 'STATE', 'SUBMISSION', 'ATTEMPTS', 'COST'];

function rowOf(run: AppRun): readonly string[] {
  return [
    run.id,
    ownerOf(run),
    run.isTest ? 'test' : String(run.round ?? '-'),
    moment(new Date(run.requestedAt)),
    run.trigger,
    run.state.replace('_', ' '),
    run.job === null ? run.submission : '-',
    String(run.attempt),
    run.costUsd === null ? '-' : `$${run.costUsd.toFixed(2)}`,
  ];
}

interface LogOptions {
  readonly attempt?: number;
  readonly follow?: boolean;
}

async function showLog(
  context: Context,
  name: string,
  id: string | undefined,
  { attempt, follow = false }: LogOptions,
): Promise<ExitCode> {
  const { output, clock } = context;
  const app = await appOf(context);
  const run = id === undefined ? await newest(app, name) : await app.run(name, id);
  if (follow && attempt === undefined && !hasEnded(run)) {
    const ended = await followLog(run, { app, output, clock });
    return ended.state === 'succeeded' ? EXIT.ok : EXIT.failed;
  }
  const log = await app.log(name, run.id, attempt);
  output.result({ run: run.id, attempt: attempt ?? run.attempt, log });
  output.line(log.replace(/\n$/, ''));
  return EXIT.ok;
}

async function newest(app: AppClient, name: string): Promise<AppRun> {
  const { runs } = await app.runs({ model: name, limit: 1 });
  if (runs[0] !== undefined) return runs[0];
  throw new CommandFailure(EXIT.failed, `${name} has no run yet. \`npm run numerai -- start ${name}\` starts one.`);
}

async function showAddress(
  { output, target }: Context,
  name: string | undefined,
  run: string | undefined,
): Promise<ExitCode> {
  const parts = [name, run].filter((part) => part !== undefined).map(encodeURIComponent);
  const url = [await target.appUrl(), 'api/dashboard', ...parts].join('/');
  output.result({ url });
  output.line(url);
  return EXIT.ok;
}
