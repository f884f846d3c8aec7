// `npm run mutation`: are the tests of the decision files strong enough to notice a change? What survives is
// either a missing test or dead code.

export default {
  // Sentences for people are not compared word for word.
  mutator: { excludedMutations: ['StringLiteral'] },
  mutate: [
    'src/lib/alerts/decisions.ts',
    'src/lib/claims/{keys,policy,reopen}.ts',
    'src/lib/compute/container.ts',
    'src/lib/compute/container-instances/{diagnoses,diagnoses-of-options,existing-group,failures,observe,prepared,price,remedies}.ts',
    'src/lib/fallback/{correction,decide}.ts',
    'src/lib/operations/model-health.ts',
    'src/lib/rounds/{round,documented-hours,standing}.ts',
    'src/lib/runs/{attempt,failure,run,slots,timers,timing,usual-duration}.ts',
    'src/lib/start/{backoff,nothing-left,to-be-kept,webhook-body}.ts',
    'src/lib/verification/decide.ts',
    'src/lib/watch/{clean-hour,decide,diagnoses,due-kept,ending,log-text,moments,next-attempt,of-use,opening,out-of-sight,slots-after,verdict,window}.ts',
  ],
  testRunner: 'vitest',
  vitest: { configFile: 'test/decisions.config.ts', related: false },
  checkers: [],
  // There is nothing to rewrite in ours, and TypeScript 7 has no API to do it with.
  tsconfigFile: 'not-used.json',
  reporters: ['clear-text'],
  clearTextReporter: { allowColor: false, logTests: false, allowEmojis: false, reportTests: false },
  thresholds: { high: 95, low: 90, break: 90 },
  concurrency: 2,
  tempDirName: 'node_modules/.cache/stryker',
  ignorePatterns: ['dist', '.local', 'docs', 'infra', 'examples', 'coverage'],
};
