// What the pages say of each drill, and what can be pressed there.

import type { DrillName } from '../../../local/drills/drills.ts';

/** What is on the overview: of each model its badge; and what else must be said there. */
export interface Expected {
  readonly headline: RegExp;
  readonly attention: readonly string[];
  readonly says: readonly RegExp[];
  /** From each alert: the words of the button that the page it links to has, and that helps. */
  readonly actions: Readonly<Record<string, string>>;
  /** Whether nobody can be told: where the alerts go is in the vault as well. */
  readonly isUntold?: true;
  /** What is said when it was pressed; default: that it was done. */
  readonly answer?: RegExp;
  /** What the page of the run says, of the first model that needs attention, else of the first one; null: there is no run. */
  readonly page: readonly RegExp[] | null;
}

/** Of every drill. */
export const EXPECTED: Readonly<Record<DrillName, Expected>> = {
  'numerai-down': {
    headline: /^2 of 3 models have not submitted; the round closes in \d min, as of \d\d:\d\d UTC$/,
    attention: ['ensemble: Not started'],
    says: [
      /the round closes in \d min, at \d\d:\d\d UTC( \(\d\d:\d\d here\))?, as of \d\d:\d\d UTC\. 1 not started and 1 submitted\./,
      /Numerai cannot be asked which round is open\. What is shown is what Numerai said at \d\d:\d\d UTC\./,
    ],
    actions: { ensemble: 'Start' },
    page: null,
  },
  capacity: {
    headline: /^All 3 models wait for another attempt; the round closes in \d min$/,
    attention: ['nightly-lgbm: Waiting to start', 'ensemble: Waiting to start', 'crypto-ridge: Waiting to start'],
    says: [/Waiting for a region that has room for the container\./, /next attempt \d\d:\d\d UTC.* in \d+ (min|s)/],
    actions: { 'nightly-lgbm': 'Try now', ensemble: 'Try now', 'crypto-ridge': 'Try now' },
    page: [/attempt 1 of 5/, /Waiting for a region that has room/],
  },
  crash: {
    headline: /^2 of 3 models have not submitted; the round closes in \d min$/,
    attention: ['ensemble: Failed', 'nightly-lgbm: Waiting for attempt 3'],
    says: [/Error: DEMO_FAIL=crash: this is the requested crash\./, /attempt 2 of 5/],
    actions: { 'nightly-lgbm': 'Try now', ensemble: 'Retry' },
    page: [/This was attempt 1, the last one\./],
  },
  'in-part': {
    headline: /^1 of 2 models has submitted only in part; the round closes in \d min$/,
    attention: ['ensemble: 2 of 3 submitted'],
    says: [/ensemble_two/],
    actions: { ensemble: 'Retry' },
    page: [/2 of 3 submitted/],
  },
  configuration: {
    headline: /^All 3 models wait for you; the round closes in \d min$/,
    attention: ['nightly-lgbm: Waiting for you', 'ensemble: Waiting for you', 'crypto-ridge: Waiting for you'],
    says: [/change env or secrets in models\.json, or the program/, /The app notices a changed secret or models\.json/],
    actions: { 'nightly-lgbm': 'Try now', ensemble: 'Try now', 'crypto-ridge': 'Try now' },
    page: [/EX_CONFIG/],
  },
  slow: {
    headline: /^All 3 models are running for round \d+; the round closes in \d min$/,
    attention: [],
    says: [/attempt 1 of 5/],
    actions: { 'nightly-lgbm': 'Cancel', ensemble: 'Cancel', 'crypto-ridge': 'Cancel' },
    page: [],
  },
  'no-call': {
    // The app is there since a moment ago; but the close is near, and of that somebody is told.
    headline: /^No model has submitted; the round closes in \d min$/,
    attention: ['nightly-lgbm: Not started', 'ensemble: Not started', 'crypto-ridge: Not started'],
    says: [
      /Nothing has asked for a run since the round opened\. Its fallback is off: only a call or Start starts it\./,
    ],
    actions: { 'nightly-lgbm': 'Start', ensemble: 'Start', 'crypto-ridge': 'Start' },
    page: null,
  },
  'no-submission': {
    // Numerai may list what has arrived only minutes later.
    headline: /^All 3 models are running for round \d+; the round closes in \d min$/,
    attention: [],
    says: [
      /The container ended with exit code 0; waiting for Numerai to show the submission\./,
      /So far, 3 of 3 models of ensemble are not shown yet: ensemble_one, ensemble_two, ensemble_three\./,
    ],
    actions: { 'nightly-lgbm': 'Cancel', ensemble: 'Cancel', 'crypto-ridge': 'Cancel' },
    page: [/Waiting for Numerai/, /ended, being checked/],
  },
  oom: {
    headline: /^All 3 models wait for another attempt; the round closes in \d min$/,
    attention: ['nightly-lgbm', 'ensemble', 'crypto-ridge'].map((name) => `${name}: Waiting for attempt 3`),
    says: [/Raise memoryGB of nightly-lgbm in models\.json/, /attempt 2 of 5/],
    actions: { 'nightly-lgbm': 'Try now', ensemble: 'Try now', 'crypto-ridge': 'Try now' },
    // Each attempt has half as much memory again.
    page: [/exit code 137/, /1 vCPU, 2\.3 GB/],
  },
  'not-ready': {
    headline: /^All 3 models wait for another attempt; the round closes in \d min$/,
    attention: ['nightly-lgbm', 'ensemble', 'crypto-ridge'].map((name) => `${name}: Waiting for attempt 2`),
    says: [/its data is not ready yet \(EX_TEMPFAIL\)/, /Waiting for the data to be ready\./],
    actions: { 'nightly-lgbm': 'Try now', ensemble: 'Try now', 'crypto-ridge': 'Try now' },
    page: [/ending with 75/],
  },
  secret: {
    headline: /^1 of 2 models waits for you; the round closes in \d min$/,
    attention: ['nightly-lgbm: Waiting for you'],
    says: [/The secret mislaid-key is not in .* Set it there\./, /next attempt \d\d:\d\d UTC/],
    actions: { 'nightly-lgbm': 'Try now' },
    page: [
      /az keyvault secret recover --vault-name local --name mislaid-key/,
      /There is no log: the start was refused\./,
    ],
  },
  image: {
    headline: /^1 of 2 models waits for you; the round closes in \d min$/,
    attention: ['nightly-lgbm: Waiting for you'],
    says: [
      /Check the image's name and the registry credentials of nightly-lgbm\./,
      /Waiting for somebody to fix the image\./,
    ],
    actions: { 'nightly-lgbm': 'Try now' },
    page: [/docker\.io\/numerai-demo\/mistyped:1/, /start refused/],
  },
  'azure-down': {
    headline: /^All 3 models are running for round \d+; the round closes in \d min$/,
    attention: [],
    says: [/Its start has no answer yet\. From \d\d:\d\d UTC on the app looks for it\./],
    actions: { 'nightly-lgbm': 'Cancel', ensemble: 'Cancel', 'crypto-ridge': 'Cancel' },
    page: [/Its start has no answer yet/],
  },
  'vault-down': {
    headline: /^All 3 models wait for another attempt; the round closes in \d min$/,
    attention: ['nightly-lgbm', 'ensemble', 'crypto-ridge'].map((name) => `${name}: Waiting to start`),
    isUntold: true,
    says: [/Key Vault does not hand out what the start needs: Could not read the secret/],
    // Each waits for the vault as long as a start may.
    actions: { 'nightly-lgbm': 'Try now' },
    page: [/Waiting for the start to succeed\./],
  },
  bound: {
    headline: /^1 of 2 models waits for another attempt; the round closes in \d min$/,
    attention: ['crypto-ridge: Waiting to start'],
    says: [/MAX_STARTS_PER_DAY/],
    actions: { 'crypto-ridge': 'Try now' },
    // The remedy comes before the button: pressed too early, it says so.
    answer: /Raise MAX_STARTS_PER_DAY/,
    page: [/As many containers/],
  },
};
