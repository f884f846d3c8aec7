// The form of a diagnosis: what Azure's codes and words mean.

import type { Entry } from '../../config/models.ts';
import type { Failure } from '../../runs/failure.ts';

/** What the sentences speak of. */
export interface Subject {
  /** Of the model; null where models.json no longer has it. */
  readonly name: string | null;
  readonly container: Entry['container'] | undefined;
  readonly location: string | null;
}

export interface Diagnosis {
  readonly failure: Failure;
  /** Whether another region may do better. */
  readonly elsewhere: boolean;
  /** What happened, before Azure's own words. */
  readonly what: (subject: Subject) => string;
  /** What to do, after them. */
  readonly remedy: (subject: Subject) => string;
}

/** A row found by Azure's code and words: a refusal's code and message, or an event's name and message. */
export interface WordedDiagnosis extends Diagnosis {
  readonly words: RegExp;
}

export const always = (text: string) => () => text;
