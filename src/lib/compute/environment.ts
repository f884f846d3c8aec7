// What a container learns from the app: the environment variables of an attempt.

import { TOURNAMENT_NUMBERS, type Tournament } from '../config/models.ts';
import type { Run } from '../runs/run.ts';
import { givenSlots } from '../runs/slots.ts';
import type { AttemptedRun } from './platform.ts';

/** The variable, or the name in lower case of the input, by which an execution shows whose it is. */
export const ATTEMPT_ID = 'ATTEMPT_ID';

/** What sets an attempt apart from all others. */
export const attemptIdOf = ({ id, attempt }: AttemptedRun): string => `${id}-${attempt.number}`;

/** The variables that the app sets for every attempt; RUN_VARIABLES in the model's schema lists their names. */
export function environmentOf(run: Run): Record<string, string> {
  return {
    ...(run.triggerId === null ? {} : { TRIGGER_ID: run.triggerId }),
    RUN_ID: run.id,
    ...(run.tournament === null ? {} : ofRound(run, run.tournament)),
  };
}

/** A job has none of it. */
function ofRound(run: Run, tournament: Tournament): Record<string, string> {
  return {
    ...modelsOf(run),
    ...(run.round === null ? {} : { NUMERAI_ROUND: String(run.round) }),
    NUMERAI_TOURNAMENT: String(TOURNAMENT_NUMBERS[tournament]),
    NUMERAI_TRIGGER: run.trigger,
    NUMERAI_IS_TEST: String(run.isTest),
  };
}

/** The slots still to be submitted, as far as their ids are known: name → id, and the first id alone. */
function modelsOf(run: Run): Record<string, string> {
  const ids = givenSlots(run).map(({ model, id }) => [model, id] as const);
  const [first] = ids;
  return first === undefined ? {} : { MODEL_ID: first[1], NUMERAI_MODELS: JSON.stringify(Object.fromEntries(ids)) };
}
