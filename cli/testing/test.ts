// A test of a model that is under way.

import type { Model } from '../../src/lib/config/models.ts';
import type { AppClient } from '../app-client.ts';
import type { AppRun } from '../app-schema.ts';
import type { Context } from '../context.ts';
import type { Steps } from '../steps.ts';

export interface TestOptions {
  readonly anyway?: boolean;
  /** In minutes. */
  readonly timeout?: number;
  /** A run that would be tried again is not waited for. */
  readonly once?: boolean;
}

export interface Test extends Context {
  readonly options: TestOptions;
  readonly model: Model;
  readonly app: AppClient;
  readonly steps: Steps;
  /** Numerai's, once it has called. */
  triggerId: string | null;
  /** The run as it was last seen. */
  run: AppRun | null;
}
