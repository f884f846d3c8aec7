// The drills: what may have gone wrong when an operator looks, seven minutes before the close.

import { KNOWN_LOCATIONS } from '../emulators/resource-manager/locations.ts';
import { DEMO_IMAGE } from '../environment/demo.ts';
import type { Drill, SeenRun } from './drill.ts';

interface DrillModel {
  readonly tournament?: string;
  readonly numeraiModels?: readonly string[];
  /** `DEMO_FAIL` of its container. */
  readonly fails?: string;
  readonly image?: string;
  readonly secret?: string;
  readonly [field: string]: unknown;
}

/** A model that submits with the demo's image. */
function model(name: string, { fails, image = DEMO_IMAGE, secret, ...more }: DrillModel = {}): object {
  return {
    name,
    tournament: 'classic',
    numeraiModels: [name.replaceAll('-', '_')],
    container: {
      image,
      ...(fails !== undefined && { env: { DEMO_FAIL: fails } }),
      secrets: { NUMERAI_PUBLIC_ID: 'numerai-public-id', NUMERAI_SECRET_KEY: secret ?? 'numerai-secret-key' },
    },
    ...more,
  };
}

const THREE_SLOTS = { numeraiModels: ['ensemble_one', 'ensemble_two', 'ensemble_three'] };
const CRYPTO = { tournament: 'crypto' };
/** Two tournaments, and a model that submits for several. */
const USUAL = [model('nightly-lgbm'), model('ensemble', THREE_SLOTS), model('crypto-ridge', CRYPTO)];
/** As {@link USUAL}, where every container fails in the same way. */
const allFail = (fails: string) => [
  model('nightly-lgbm', { fails }),
  model('ensemble', { ...THREE_SLOTS, fails }),
  model('crypto-ridge', { ...CRYPTO, fails }),
];

const ENDED = ['succeeded', 'failed', 'timed_out', 'cancelled'];
/** What is about to be tried again has more to come. */
const SOON_MS = 20_000;

const hasSubmitted = ({ submission }: SeenRun): boolean => submission === 'accepted';
const isRunning = ({ state }: SeenRun): boolean => state === 'running';
/** It has ended, or waits for a while. */
const isSettled = ({ state, nextAttemptAt }: SeenRun): boolean =>
  ENDED.includes(state) ||
  (state === 'waiting' && (nextAttemptAt === null || Date.parse(nextAttemptAt) > Date.now() + SOON_MS));

/** All are called, and it comes to what it comes to. */
const calledAll: Drill['happen'] = async ({ call, until }) => {
  await call();
  await until(isSettled);
};

/** By name. */
export const DRILLS = {
  'numerai-down': {
    what: 'Numerai stops answering; one model has submitted, one runs, one was never started',
    models: [
      model('nightly-lgbm'),
      model('ensemble', THREE_SLOTS),
      model('crypto-ridge', { ...CRYPTO, fails: 'slow:3600' }),
    ],
    async happen({ environment, call, until, tick }) {
      await call('nightly-lgbm', 'crypto-ridge');
      await until(hasSubmitted, 'nightly-lgbm');
      await until(isRunning, 'crypto-ridge');
      // The rounds are on record as Numerai lists them now.
      await tick('fallback');
      environment.numerai.emulator.faults.add({ kind: 'status', status: 503 });
    },
  },
  capacity: {
    what: 'no region has room for a container',
    models: USUAL,
    async happen(stage) {
      for (const location of KNOWN_LOCATIONS) stage.environment.resourceManager.setCapacity(location, 'refuses');
      await calledAll(stage);
    },
  },
  crash: {
    what: 'containers crash: one is tried again, one has failed for good, one has submitted',
    models: [
      model('nightly-lgbm', { fails: 'crash' }),
      model('ensemble', { ...THREE_SLOTS, fails: 'crash', maxAttempts: 1 }),
      model('crypto-ridge', CRYPTO),
    ],
    happen: calledAll,
  },
  'in-part': {
    what: 'a container submits for two of its three models at Numerai',
    models: [model('ensemble', { ...THREE_SLOTS, fails: 'slot:ensemble_two', maxAttempts: 1 }), model('nightly-lgbm')],
    happen: calledAll,
  },
  'no-submission': {
    what: 'containers end well, and Numerai has nothing of them',
    models: allFail('no-submit'),
    async happen({ call, until }) {
      await call();
      // Numerai may list what has arrived only minutes later.
      await until(({ submission }) => submission === 'pending');
    },
  },
  oom: { what: 'containers run out of memory', models: allFail('oom'), happen: calledAll },
  'not-ready': {
    what: 'the data of the containers is not there yet',
    models: allFail('exit-code:75'),
    happen: calledAll,
  },
  configuration: {
    what: 'containers say that their configuration is wrong: somebody has to fix it',
    models: allFail('exit-code:78'),
    happen: calledAll,
  },
  secret: {
    what: 'a secret that one model names is not in the vault',
    models: [model('nightly-lgbm', { secret: 'mislaid-key' }), model('crypto-ridge', CRYPTO)],
    happen: calledAll,
  },
  image: {
    what: 'an image does not exist',
    models: [model('nightly-lgbm', { image: 'docker.io/numerai-demo/mistyped:1' }), model('crypto-ridge', CRYPTO)],
    happen: calledAll,
  },
  slow: {
    what: 'containers run longer than the round is open',
    models: allFail('slow:7200'),
    async happen({ call, until }) {
      await call();
      await until(isRunning);
    },
  },
  'no-call': {
    what: 'Numerai has called nobody, and the models have no fallback',
    models: [
      model('nightly-lgbm', { fallback: false }),
      model('ensemble', { ...THREE_SLOTS, fallback: false }),
      model('crypto-ridge', { ...CRYPTO, fallback: false }),
    ],
    // As in Azure, where a call is missed after ten minutes.
    settings: { FALLBACK_GRACE_MINUTES: '10' },
    happen: async () => {},
  },
  'azure-down': {
    what: 'Azure Resource Manager does not answer',
    models: USUAL,
    async happen(stage) {
      stage.environment.resourceManager.emulator.faults.add({ kind: 'status', status: 503 });
      await stage.call();
      // Whether a start arrived that got no answer is looked at when nobody else can send it any more.
      await stage.until(() => true);
    },
  },
  'vault-down': {
    what: 'Key Vault does not answer',
    models: USUAL,
    async happen(stage) {
      stage.environment.keyVault.emulator.faults.add({ kind: 'status', status: 503 });
      await calledAll(stage);
    },
  },
  bound: {
    what: 'as many containers were started today as MAX_STARTS_PER_DAY allows',
    models: [model('nightly-lgbm'), model('crypto-ridge', { ...CRYPTO, fails: 'crash' })],
    settings: { MAX_STARTS_PER_DAY: '2' },
    happen: calledAll,
  },
} as const satisfies Record<string, Drill>;

export type DrillName = keyof typeof DRILLS;

/** In the order in which they are listed. */
// The keys of a literal are what its type says.
export const DRILL_NAMES = Object.keys(DRILLS) as DrillName[];

/** All of them, one a line. */
export function drillsInWords(): string {
  const width = Math.max(...DRILL_NAMES.map(({ length }) => length));
  return DRILL_NAMES.map((name) => `  ${name.padEnd(width)}  ${DRILLS[name].what}`).join('\n');
}
