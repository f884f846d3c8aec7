// The tests of decisions alone: tables over pure functions, without an environment. For `npm run mutation`.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'test/lib/alerts/decisions.test.ts',
      'test/lib/claims/{keys,policy,reopen}.test.ts',
      'test/lib/compute/container.test.ts',
      'test/lib/compute/container-instances/{failure*,observe*,prepared,price,remedies}.test.ts',
      'test/lib/fallback/*.test.ts',
      'test/lib/operations/model-health.test.ts',
      'test/lib/rounds/*.test.ts',
      'test/lib/runs/*.test.ts',
      'test/lib/start/{backoff,nothing-left,to-be-kept,webhook-body}.test.ts',
      'test/lib/verification/decide.test.ts',
      'test/lib/watch/{clean-hour,decide*,diagnoses,due-kept,ending,log-text,next-attempt,of-use,opening,out-of-sight,verdict,verdict-slots,window}.test.ts',
    ],
  },
});
