// The app's own errors: a code for programs, a sentence for a person, the cause for the log.

/** Base of every error that the app throws on purpose. */
export class AppError extends Error {
  /** Stable, for programs: lower-case words with hyphens. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = code;
    this.code = code;
  }
}

/** One thing that is wrong with the configuration. */
export interface ConfigurationFault {
  /** Setting, or path inside a file such as `models.json: models[2].container.cpu`. */
  readonly key: string;
  /** What was found there, shortened; never a secret. */
  readonly got: string;
  /** What is expected instead. */
  readonly expected: string;
}

/** The settings or `models.json` are wrong; carries every fault, so that all can be fixed at once. */
export class ConfigurationError extends AppError {
  readonly faults: readonly ConfigurationFault[];

  constructor(faults: readonly ConfigurationFault[]) {
    super(
      'bad-configuration',
      `The configuration has ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}:\n${faults
        .map(({ key, got, expected }) => `- ${key}: got ${got}; expected ${expected}.`)
        .join('\n')}`,
    );
    this.faults = faults;
  }
}

/** What somebody asked for does not exist. */
export class NotFoundError extends AppError {
  constructor(message: string) {
    super('not-found', message);
  }
}

/** What somebody asked for does not go with the state things are in. */
export class ConflictError extends AppError {
  constructor(message: string) {
    super('conflict', message);
  }
}

/** As many executions were started today as the settings allow. */
export class TooManyStartsError extends AppError {
  readonly isTest: boolean;
  readonly bound: number;
  /** In UTC, such as `2026-04-28`. */
  readonly day: string;
  /** Until the next day begins. */
  readonly retryAfterMs: number;

  constructor(details: Pick<TooManyStartsError, 'isTest' | 'bound' | 'day' | 'retryAfterMs'>) {
    const { isTest, bound, day } = details;
    const what = isTest ? 'tests' : 'containers for rounds';
    const setting = isTest ? 'MAX_TEST_STARTS_PER_DAY' : 'MAX_STARTS_PER_DAY';
    super(
      'starts-exceeded',
      `As many ${what} as ${setting} allows (${bound}) were started on ${day}: nothing more is started before the day ends, at 00:00 UTC. Raise ${setting} in the app's settings if that is too few${isTest ? '.' : '; else rounds may be missed.'}`,
    );
    this.isTest = isTest;
    this.bound = bound;
    this.day = day;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** A sentence for a person out of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
