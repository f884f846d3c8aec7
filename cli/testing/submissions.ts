// Whether Numerai shows the submission of a run, for each of its slots.

import { aboutOf } from '../../src/lib/config/container-kinds.ts';
import { isValid } from '../../src/lib/verification/decide.ts';
import type { ListedSubmission } from '../../src/lib/verification/submission-source.ts';
import type { Slot } from '../account.ts';
import type { AppRun } from '../app-schema.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import { moment } from '../format.ts';
import type { Test } from './test.ts';

const SUBMISSION_TRIES = 10;
const TRY_AGAIN_MS = 2000;

/** What counts is what Numerai shows, asked here with the participant's own key. */
export async function checkSubmissions(test: Test, run: AppRun, slots: readonly Slot[]): Promise<void> {
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
