// A model of models.json, beside its account at Numerai.

import type { Model } from '../../src/lib/config/models.ts';
import type { NumeraiModel } from '../../src/lib/verification/submission-source.ts';

export interface ModelAtNumerai {
  readonly model: Model;
  /** What the account has; null where that is not known, which has its finding. */
  readonly account: readonly NumeraiModel[] | null;
}
