// Why an attempt or a run did not succeed. The kind decides what follows; the sentence is for a person.

/**
 * What follows from a failure while the round is open.
 * - `counted`: the container had its chance; another attempt follows, within `maxAttempts`.
 * - `not-ready`: the data is not there yet; repeated every few minutes, without being counted.
 * - `passing`: nothing ran, or not by its own fault; repeated elsewhere or later, without being counted.
 * - `person`: only a person can fix it; reported at once, tried again when something changed, and before the close.
 * - `nothing`: somebody asked for it, or it is too late.
 */
export type FollowUp = 'counted' | 'not-ready' | 'passing' | 'person' | 'nothing';

const FOLLOW_UPS = {
  'exit-code': 'counted',
  'out-of-memory': 'counted',
  timeout: 'counted',
  'missing-submission': 'counted',
  /** Numerai has a submission, and says that it is not valid. */
  'rejected-submission': 'counted',
  /** Exit 75, EX_TEMPFAIL of sysexits.h. */
  'not-ready': 'not-ready',
  'no-capacity': 'passing',
  quota: 'passing',
  /** The registry asked to be left alone for now. */
  registry: 'passing',
  provisioning: 'passing',
  'not-started': 'passing',
  /** As many were started on the day as the settings allow. */
  'starts-exceeded': 'passing',
  /** The platform took the machine away. */
  maintenance: 'passing',
  /** The platform can no longer be asked what became of it. */
  'out-of-sight': 'passing',
  permission: 'person',
  secret: 'person',
  configuration: 'person',
  /** The account has not all models that models.json names, or its key is missing or refused: no container can be told what to submit for. */
  'numerai-models': 'person',
  /** It does not exist, may not be pulled, is for another processor, or its entry point cannot run. */
  image: 'person',
  'stopped-outside': 'nothing',
  cancelled: 'nothing',
  'round-missed': 'nothing',
  /** The next time of a job came before anything could be started. */
  'time-missed': 'nothing',
} as const satisfies Record<string, FollowUp>;

export type Failure = keyof typeof FOLLOW_UPS;

// The keys of a literal are what its type says.
export const FAILURES = Object.keys(FOLLOW_UPS) as [Failure, ...Failure[]];

/** What follows from a failure of this kind. */
export function followUpOf(failure: Failure): FollowUp {
  return FOLLOW_UPS[failure];
}

/** Whether nothing but a person's change can help. A permission may be there in a moment: it may only not be known yet. */
export function isUpToPerson(failure: Failure): boolean {
  return followUpOf(failure) === 'person' && failure !== 'permission';
}

/** Whether it is the same for every container of the model: the last resort cannot help. */
export function isOfEveryContainer(failure: Failure): boolean {
  return failure === 'numerai-models';
}

const WAITS_FOR: Partial<Record<Failure, string>> = {
  'no-capacity': 'a region that has room for the container',
  quota: 'quota that is free',
  registry: 'the registry to hand out the image again',
  provisioning: 'the platform to provision the container',
  'not-started': 'the start to succeed',
  'starts-exceeded': 'somebody to raise the bound of the day, or the day to end',
  maintenance: 'another machine',
  'not-ready': 'the data to be ready',
  permission: 'the permission to be known, or somebody to give it',
  secret: 'somebody to fix the secret',
  configuration: 'somebody to fix the configuration',
  'numerai-models': 'somebody to fix numeraiModels, or the key of the account',
  image: 'somebody to fix the image',
};

/** What a run waits for that waits for nothing but its time. */
export const NEXT_ATTEMPT = 'the next attempt';

/** What a run waits for whose last resort has failed as well. */
export const FIX_OF_ORDINARY = 'somebody to fix the ordinary container';

/** What comes before another attempt after such a failure, in words that follow "waiting for". */
export function waitsFor(failure: Failure): string {
  return WAITS_FOR[failure] ?? NEXT_ATTEMPT;
}

/** What follows from a fix of what only a person can fix. */
export const AFTER_A_FIX =
  'The app notices a changed secret or models.json by itself; after any other fix, such as a new image, press Try now.';

/** A failure with its sentence: what happened, to what, and what to do. */
export interface FailureReason {
  readonly failure: Failure;
  readonly reason: string;
}
