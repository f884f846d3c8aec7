// Why an attempt or a run did not succeed. The kind decides what follows; the sentence is for a person.

export const FAILURES = [
  'exit-code',
  'out-of-memory',
  'image',
  'no-capacity',
  'quota',
  'provisioning',
  'not-started',
  'timeout',
  'missing-submission',
  'secret',
  'configuration',
  'stopped-outside',
  'cancelled',
  'round-missed',
] as const;
export type Failure = (typeof FAILURES)[number];

/** A failure with its sentence: what happened, to what, and what to do. */
export interface FailureReason {
  readonly failure: Failure;
  readonly reason: string;
}
