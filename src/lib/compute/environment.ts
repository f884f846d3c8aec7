// What a container learns from the app: the environment variables of an attempt.

import { TOURNAMENT_NUMBERS } from '../config/models.ts';
import type { Run } from '../runs/run.ts';

/** The variables that the app sets for every attempt; RUN_VARIABLES in the model's schema lists their names. */
export function environmentOf(run: Run, numeraiModelId: string | null): Record<string, string> {
  return {
    ...(run.triggerId === null ? {} : { TRIGGER_ID: run.triggerId }),
    ...(numeraiModelId === null ? {} : { MODEL_ID: numeraiModelId }),
    ...(run.round === null ? {} : { NUMERAI_ROUND: String(run.round) }),
    NUMERAI_TOURNAMENT: String(TOURNAMENT_NUMBERS[run.tournament]),
    RUN_ID: run.id,
    NUMERAI_TRIGGER: run.trigger,
    NUMERAI_IS_TEST: String(run.isTest),
  };
}
