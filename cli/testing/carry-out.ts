// A test from its beginning to its end: what stands in the way, the call, the run, the submission.

import { openRound } from '../../src/lib/rounds/round.ts';
import { hasEnded } from '../../src/lib/runs/run.ts';
import { lookUpSlots } from '../account.ts';
import type { AppRun } from '../app-schema.ts';
import { nextRound, nextSentence } from '../commands/round.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import { followRun, lastLines } from '../follow-run.ts';
import { moment } from '../format.ts';
import { checkSubmissions } from './submissions.ts';
import type { Test } from './test.ts';
import { callWebhook, checkWebhook } from './webhook-call.ts';

/** Starting a container, and showing a submission, take minutes beyond the container's own time. */
export const EXTRA_MINUTES = 15;

/** @throws where the test failed; the test has what there is until then. */
export async function carryOut(test: Test): Promise<void> {
  const { options, model, app, steps, clock } = test;
  test.keysOf(model); // A missing key is reported first.

  steps.waiting('asking the app');
  await app.health();
  const { runs: earlier } = await app.runs({ model: model.name });
  steps.report('ok', 'app answers', app.url);
  const slots = await lookUpSlots(test, [model]);
  const called = checkWebhook(test, slots);
  const round = await checkRound(test);
  const run = round === null ? await startTest(test) : await callWebhook(test, called.id, { earlier, round });
  test.run = run;
  const isOwn = run.isTest || test.triggerId === null || run.triggerId === test.triggerId;
  if (!isOwn && run.state === 'succeeded') return reportDone(test, run);

  const minutes = options.timeout ?? model.timeoutMinutes + EXTRA_MINUTES;
  const until = new Date(clock.now().getTime() + minutes * 60_000);
  const before = earlier.find(({ id }) => id === run.id)?.attempts ?? [];
  const endedBefore = before.filter(({ outcome }) => outcome !== null).length;
  const ended = await followRun(run, { app, steps, clock, until, endedBefore, once: options.once === true });
  test.run = ended;
  if (ended.state !== 'succeeded') throw await failureOf(test, ended);
  await checkSubmissions(test, ended, slots);
}

/** @returns the number of the open one; null where none is open, and a test is wanted all the same. */
async function checkRound({ numerai, clock, options, model, steps }: Test): Promise<number | null> {
  const rounds = await numerai.rounds(model.tournament);
  const now = clock.now();
  const open = openRound(rounds, now);
  if (open !== null) {
    steps.report('ok', 'round is open', `${open.number}, until ${moment(open.closeTime)}`);
    return open.number;
  }
  const closed = `No round of ${model.tournament} is open, so nothing can be submitted.${nextSentence(nextRound(rounds, now), now)}`;
  if (options.anyway !== true)
    throw new CommandFailure(EXIT.noRound, `${closed} To have the app start a test all the same: --anyway.`);
  steps.report('note', 'round is closed', closed);
  return null;
}

/** The app starts nothing else while no round is open. */
async function startTest({ app, model, steps }: Test): Promise<AppRun> {
  steps.waiting('the app starts a test');
  const run = await app.startTest(model.name);
  steps.report('ok', 'test started', `run ${run.id}; Numerai was not asked to call the webhook`);
  return run;
}

function reportDone({ output, model, steps }: Test, run: AppRun): void {
  const why = run.submission === 'accepted' ? 'Numerai has its submission' : run.state;
  steps.report('ok', 'not repeated', `round ${run.round ?? '?'} is done: ${why}`);
  output.line();
  output.line(
    `The webhook works, and started no second run. To see a whole run of the same round: \`npm run numerai -- start ${model.name} --force\`, or wait for the next round.`,
  );
}

async function failureOf({ app, model, output }: Test, run: AppRun): Promise<CommandFailure> {
  const log = await app.log(model.name, run.id).catch(() => '');
  if (log.trim() !== '')
    for (const line of ['', 'The last lines of its log:', ...lastLines(log).map(indented), '']) output.line(line);
  const why = run.reason ?? `The run ended ${run.state}, without a reason on record.`;
  const isLate =
    hasEnded(run) || run.state === 'waiting' ? '' : ' The emulator shows at once what is submitted: that was not.';
  return new CommandFailure(EXIT.failed, why + isLate);
}

const indented = (line: string): string => `  ${line}`;
