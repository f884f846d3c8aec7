// Numerai's emulator: the GraphQL endpoint, the storage behind its upload and download URLs, and the
// webhook calls of its rounds.

import { z } from 'zod';
import { type Clock, systemClock } from '../../../src/lib/util/clock.ts';
import type { Certificates } from '../certificates.ts';
import { Emulator, type EmulatorAnswer, type EmulatorCall } from '../emulator.ts';
import { type AccountOptions, Accounts, type Model, type ModelOptions } from './accounts.ts';
import { Datasets } from './datasets.ts';
import { run } from './documents.ts';
import { refusals } from './errors.ts';
import type { Features } from './features.ts';
import { RateLimit } from './rate-limit.ts';
import { rootValue } from './resolvers.ts';
import { Rounds } from './rounds.ts';
import { numeraiSchedule, type Round, type Schedule, TOURNAMENTS } from './schedules.ts';
import type { Troubles } from './services.ts';
import { SignedUrls } from './signed-urls.ts';
import { loadState, saveState } from './state.ts';
import { answerStorage } from './storage.ts';
import { type DirectSubmission, type Submission, Submissions } from './submissions.ts';
import { Uploads } from './uploads.ts';
import { type CallWebhook, postWebhook, type WebhookCall, Webhooks, watchOpenings } from './webhooks.ts';

export interface NumeraiOptions {
  readonly certificates: Certificates;
  readonly accounts: readonly AccountOptions[];
  readonly clock?: Clock;
  /** Default: Numerai's own week. */
  readonly schedule?: Schedule;
  readonly port?: number;
  /** Of the classic data sets; default: made up. */
  readonly features?: Features;
  /** Keeps submissions and webhook URLs between starts; default: they are not kept. */
  readonly stateFile?: string | undefined;
  /** How a webhook is called; default HTTP. */
  readonly callWebhook?: CallWebhook;
  /** Real seconds until a webhook call is given up. Numerai's own timeout is not public. */
  readonly webhookTimeoutSeconds?: number;
  /** Calls the registered webhooks when a round opens on the clock; default false. */
  readonly callAtOpening?: boolean | CallPlan;
  /**
   * The value of `isTest` in the calls of `triggerModelWebhook`; default false. What Numerai sends is not
   * public, but its own tool expects such a run to submit for the current round.
   */
  readonly manualTriggersAreTests?: boolean;
  readonly rateLimits?: {
    readonly setWebhookPerMinute?: number;
    readonly triggerWebhookPerMinute?: number;
  };
}

/**
 * When a model's webhook is called, in milliseconds of the clock after the opening: `[0]` is the usual, `[]`
 * never, `[600_000]` ten minutes late, `[0, 10_800_000]` a second time after three hours. Each call has its
 * own trigger id.
 */
type CallPlan = (model: Model, round: number) => readonly number[];

interface OpeningCalls {
  /** The tournament of the round; default 8, classic. */
  readonly tournament?: number;
  /** Default: the webhook of every model that has one is called once, now. */
  readonly plan?: CallPlan;
  readonly isTest?: boolean;
}

export interface NumeraiEmulator {
  readonly emulator: Emulator;
  /** The endpoint, without a trailing slash. */
  readonly url: string;
  readonly rounds: Rounds;
  /** All submissions, oldest first. */
  readonly submissions: readonly Submission[];
  /** All webhook calls, oldest first. */
  readonly webhookCalls: readonly WebhookCall[];
  readonly models: readonly Model[];
  addModel(username: string, options: ModelOptions): Model;
  /** Submits as a container does, but without HTTP; throws a `NumeraiRefusal` if the API would refuse. */
  submit(submission: DirectSubmission): Submission;
  /** The submissions of a model, newest first, for one round or all. */
  submissionsOf(modelId: string, round?: number): Submission[];
  /** Whether the submission is the one that counts for its round. */
  isSelected(submission: Submission): boolean;
  /** Changes what Numerai says of a submission that it has. */
  judge(id: string, verdict: { readonly status?: string; readonly errorInfo?: string | null }): void;
  /** Numerai accepts an account's key no longer, or again. */
  setRevoked(publicId: string, isRevoked: boolean): void;
  readonly troubles: Troubles;
  /** Makes the calls of a round's opening. Resolves when each has been answered or given up. */
  fireWebhooks(round: number, calls?: OpeningCalls): Promise<WebhookCall[]>;
  close(): Promise<void>;
}

const URL_LIFETIME_SECONDS = 600;
const WEBHOOK_TIMEOUT_SECONDS = 15;
const CALLS_PER_MINUTE = 50;

export async function startNumerai(options: NumeraiOptions): Promise<NumeraiEmulator> {
  const clock = options.clock ?? systemClock;
  const restored = loadState(options.stateFile);
  const accounts = new Accounts(options.accounts);
  for (const model of accounts.models) {
    const kept = restored.webhooks[model.id];
    if (kept !== undefined) model.webhook = kept;
  }
  const rounds = new Rounds(options.schedule ?? numeraiSchedule(), clock);
  const webhooks = new Webhooks({
    clock,
    callWebhook: options.callWebhook ?? postWebhook,
    timeoutSeconds: options.webhookTimeoutSeconds ?? WEBHOOK_TIMEOUT_SECONDS,
  });
  const changed = () =>
    saveState(options.stateFile, {
      webhooks: Object.fromEntries(accounts.models.map(({ id, webhook }) => [id, webhook])),
      submissions: submissions.all,
    });
  const submissions = new Submissions(rounds, clock, restored.submissions, (submission) => {
    const { triggerId } = submission;
    if (triggerId !== null && webhooks.triggered(triggerId))
      webhooks.log(triggerId, `Submission ${submission.id} received.`);
    changed();
  });

  const troubles: Troubles = { spoilRound: null, brokenModels: new Set(), unlisted: new Set() };
  const uploads = new Uploads();
  const datasets = new Datasets(options.features);
  const signedUrls = new SignedUrls(clock, URL_LIFETIME_SECONDS);
  const root = rootValue({
    accounts,
    rounds,
    submissions,
    uploads,
    datasets,
    webhooks,
    clock,
    changed,
    troubles,
    setWebhookLimit: new RateLimit(clock, options.rateLimits?.setWebhookPerMinute ?? CALLS_PER_MINUTE),
    triggerWebhookLimit: new RateLimit(clock, options.rateLimits?.triggerWebhookPerMinute ?? CALLS_PER_MINUTE),
    manualTriggersAreTests: options.manualTriggersAreTests ?? false,
    uploadUrl: (filename) => emulator.url + signedUrls.sign('PUT', `/uploads/${filename}`),
    downloadUrl: (filename) => emulator.url + signedUrls.sign('GET', `/submissions/${filename}`),
    datasetUrl: ({ tournament, number }, filename) =>
      emulator.url + signedUrls.sign('GET', `/datasets/${tournament}/${number}/${filename}`),
  });

  const handle = async (call: EmulatorCall): Promise<EmulatorAnswer> => {
    const answer =
      call.url.pathname === '/' || call.url.pathname === '/graphql'
        ? await answerQuery(call, root, accounts)
        : answerStorage(call, { signedUrls, rounds, uploads, datasets });
    // The emulator's own time: clients work out from it how much time is left in a round.
    return { ...answer, headers: { date: clock.now().toUTCString(), ...answer.headers } };
  };
  const emulator = await new Emulator({
    name: 'Numerai',
    certificates: options.certificates,
    handle,
    errorBody: (code, message, { status }) => ({
      errors: [{ message: status === 200 ? message : `${code}: ${message}` }],
    }),
    ...(options.port === undefined ? {} : { port: options.port }),
  }).listen();

  const closed = new AbortController();
  const fireWebhooks = async (round: number, calls: OpeningCalls = {}): Promise<WebhookCall[]> => {
    const { tournament = TOURNAMENTS.classic, plan = () => [0], isTest = false } = calls;
    const due = accounts.models
      .filter((model) => model.webhook !== null && model.tournament === tournament)
      .flatMap((model) => plan(model, round).map((delayMs) => ({ model, delayMs })));
    const made = await Promise.all(
      due.map(async ({ model, delayMs }) => {
        if (delayMs > 0) await clock.sleep(delayMs, closed.signal);
        return closed.signal.aborted || model.webhook === null ? [] : [await webhooks.call(model, round, isTest)];
      }),
    );
    return made.flat();
  };
  const { callAtOpening = false } = options;
  const stopWatching = callAtOpening
    ? watchOpenings(rounds, clock, Object.values(TOURNAMENTS), ({ number, tournament }: Round) => {
        const plan = typeof callAtOpening === 'function' ? callAtOpening : () => [0];
        void fireWebhooks(number, { tournament, plan });
      })
    : () => {};

  return {
    emulator,
    url: emulator.url,
    rounds,
    submissions: submissions.all,
    webhookCalls: webhooks.calls,
    get models() {
      return accounts.models;
    },
    addModel: (username, model) => accounts.addModel(username, model),
    submit(submission) {
      const model = accounts.model(submission.modelId);
      if (model === undefined) throw refusals.model();
      return submissions.submit(model, submission);
    },
    submissionsOf: (modelId, round) =>
      submissions.of(modelId).filter((made) => round === undefined || made.round === round),
    isSelected: (submission) => submissions.isSelected(submission),
    judge: (id, verdict) => submissions.judge(id, verdict),
    setRevoked: (publicId, isRevoked) => accounts.setRevoked(publicId, isRevoked),
    troubles,
    fireWebhooks,
    async close() {
      stopWatching();
      closed.abort();
      await emulator.close();
    },
  };
}

const requestSchema = z.object({
  query: z.string().min(1),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

async function answerQuery(call: EmulatorCall, root: object, accounts: Accounts): Promise<EmulatorAnswer> {
  if (call.method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
  const request = requestSchema.safeParse(parseJson(call.body));
  if (!request.success) return { status: 400, body: { errors: [{ message: 'No query document supplied' }] } };
  const account = accounts.authenticate(call.headers.authorization);
  const { query, variables } = request.data;
  return { status: 200, body: await run(query, variables, root, { account }) };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
