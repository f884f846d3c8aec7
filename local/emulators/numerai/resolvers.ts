// The resolvers: the value of each field of the schema. Arguments have been checked against the schema.

import type { Clock } from '../../../src/lib/util/clock.ts';
import { type Account, type Accounts, assertAllowed, type Model } from './accounts.ts';
import { refusals } from './errors.ts';
import { datasetNames } from './live-data.ts';
import type { RateLimit } from './rate-limit.ts';
import { assertTournament, type RoundStatus, type Rounds, resolveTime, roundId, scoreTime } from './rounds.ts';
import { type Round, TOURNAMENTS } from './schedules.ts';
import type { Submission, Submissions } from './submissions.ts';
import type { Webhooks } from './webhooks.ts';

/** The account that sent the query. */
export interface Context {
  readonly account: Account | null;
}

export interface Services {
  readonly accounts: Accounts;
  readonly rounds: Rounds;
  readonly submissions: Submissions;
  readonly webhooks: Webhooks;
  readonly clock: Clock;
  readonly setWebhookLimit: RateLimit;
  readonly triggerWebhookLimit: RateLimit;
  /** The value of `isTest` in the calls of `triggerModelWebhook`. */
  readonly manualTriggersAreTests: boolean;
  readonly datasetUrl: (round: Round, filename: string) => string;
  readonly uploadUrl: (filename: string) => string;
  readonly changed: () => void;
  readonly troubles: Troubles;
}

/** What the emulator can be told to get wrong. */
export interface Troubles {
  /** Changes the elements of lists of rounds: every field may be null, and so may the element. */
  spoilRound: ((round: object) => object | null) | null;
  /** Ids of models about whose submissions the server fails, among others that it answers for. */
  readonly brokenModels: Set<string>;
  /** Ids of models that an account's list lacks. */
  readonly unlisted: Set<string>;
}

type Maybe<T> = T | null | undefined;
interface UploadArguments {
  readonly filename: string;
  readonly tournament: number;
  readonly modelId?: Maybe<string>;
}
interface CreateArguments extends UploadArguments {
  readonly triggerId?: Maybe<string>;
  readonly source?: Maybe<string>;
}

export function rootValue(services: Services) {
  const { accounts, rounds, submissions, webhooks } = services;
  const shapes = shapesOf(services);

  const uploadAuth = ({ filename, tournament, modelId }: UploadArguments, context: Context) => {
    const account = assertAllowed(context.account, 'upload_submission');
    const model = accounts.modelOf(account, modelId);
    const name = submissions.authorizeUpload(model, tournament, filename);
    return { filename: name, url: services.uploadUrl(name), accelerated: false, countryCode: null };
  };

  const create = (args: CreateArguments, context: Context) => {
    const account = assertAllowed(context.account, 'upload_submission');
    const model = accounts.modelOf(account, args.modelId);
    const submission = submissions.create(model, {
      tournament: args.tournament,
      filename: args.filename,
      triggerId: args.triggerId ?? null,
      source: args.source ?? null,
    });
    return shapes.submission(submission);
  };

  return {
    account: (_: object, context: Context) => shapes.account(assertAllowed(context.account, 'read_user_info')),

    apiTokenInfo: (_: object, { account }: Context) => {
      if (account === null) throw refusals.session();
      return { ...shapes.token(account), accountUsername: account.username };
    },

    model: ({ modelId }: { modelId?: Maybe<string> }, context: Context) =>
      shapes.model(accounts.modelOf(assertAllowed(context.account, 'read_user_info'), modelId)),

    listDatasets: (args: { round?: Maybe<number>; tournament?: Maybe<number> }) => {
      const tournament = args.tournament ?? TOURNAMENTS.classic;
      roundFor(rounds, tournament, args.round);
      return datasetNames(tournament);
    },

    dataset: (args: { filename: string; round?: Maybe<number>; tournament?: Maybe<number> }) => {
      const tournament = args.tournament ?? TOURNAMENTS.classic;
      const round = roundFor(rounds, tournament, args.round);
      if (!datasetNames(tournament).includes(args.filename)) throw refusals.dataset();
      return services.datasetUrl(round, args.filename);
    },

    rounds: (args: {
      tournament?: Maybe<number>;
      number?: Maybe<number>;
      status?: Maybe<RoundStatus>;
      target?: Maybe<string>;
      limit?: Maybe<number>;
    }) => {
      const tournaments = args.tournament == null ? Object.values(TOURNAMENTS) : [args.tournament];
      return tournaments
        .flatMap((tournament) => roundsOf(rounds, tournament, args.number))
        .filter((round) => args.status == null || rounds.status(round) === args.status)
        .slice(0, args.limit ?? undefined)
        .map(shapes.round)
        .map((round) => (services.troubles.spoilRound === null ? round : services.troubles.spoilRound(round)));
    },

    submissions: ({ modelId, id }: { modelId?: Maybe<string>; id?: Maybe<string> }, context: Context) => {
      const account = assertAllowed(context.account, 'read_submission_info');
      const models = modelId == null ? accounts.modelsOf(account) : [accounts.modelOf(account, modelId)];
      if (models.some((model) => services.troubles.brokenModels.has(model.id))) throw refusals.broken();
      return models
        .flatMap((model) => submissions.listedOf(model.id))
        .filter((submission) => id == null || submission.id === id)
        .map(shapes.submission);
    },

    submissionUploadAuth: uploadAuth,
    submissionUploadSignalsAuth: uploadAuth,
    createSubmission: create,
    createSignalsSubmission: create,

    tournaments: () =>
      Object.entries(TOURNAMENTS).map(([name, tournament]) => ({
        id: String(tournament),
        name,
        tournament,
        active: true,
      })),

    triggerLogs: ({ triggerId }: { triggerId: string }, { account }: Context) => {
      if (account === null) throw refusals.session();
      return webhooks.logs(triggerId).map(({ message, at }) => ({
        message,
        timestamp: Math.floor(at.getTime() / 1000),
      }));
    },

    setSubmissionWebhook: (
      args: { modelId?: Maybe<string>; newSubmissionWebhook?: Maybe<string> },
      context: Context,
    ) => {
      services.setWebhookLimit.take();
      const account = assertAllowed(context.account, 'upload_submission');
      const model = accounts.modelOf(account, args.modelId);
      const url = args.newSubmissionWebhook ?? null;
      if (url !== null && !/^https?:\/\//.test(url)) throw refusals.webhookUrl();
      model.webhook = url;
      services.changed();
      return 'true';
    },

    triggerModelWebhook: ({ modelId }: { modelId: string }, context: Context) => {
      services.triggerWebhookLimit.take();
      const account = assertAllowed(context.account, 'upload_submission');
      const model = accounts.modelOf(account, modelId);
      const round = currentOrLast(rounds, model.tournament, services.clock.now());
      return webhooks.trigger(model, round, services.manualTriggersAreTests);
    },
  };
}

/** The objects as a query sees them. Fields that are expensive are functions. */
function shapesOf({ accounts, rounds, submissions, troubles }: Services) {
  const round = (found: Round) => ({
    ...found,
    id: roundId(found),
    target: 'main',
    isDaily: found.openTime.getUTCDay() !== 6,
    scoreTime: scoreTime(found),
    resolveTime: resolveTime(found),
    resolvedGeneral: () => rounds.status(found) === 'RESOLVED',
    resolvedStaking: () => rounds.status(found) === 'RESOLVED',
    dataDatestamp: () => Number(day(found.openTime).replaceAll('-', '')),
    payoutFactor: null,
  });

  const submission = (made: Submission) => ({
    id: made.id,
    filename: made.filename,
    insertedAt: made.insertedAt,
    status: made.status,
    selected: () => submissions.isSelected(made),
    triggerId: made.triggerId,
    sourcePlatform: made.source,
    submittedCount: made.rows,
    dataDatestamp: null,
    errorInfo: made.errorInfo,
    round: () => {
      const found = rounds.find(made.tournament, made.round);
      return found === null ? null : round(found);
    },
  });

  const latestSubmissions = (own: Model, count: number) =>
    rounds
      .recent(own.tournament)
      .filter((found) => rounds.status(found) !== 'UPCOMING')
      .slice(0, count)
      .map((found) => {
        const made = submissions.of(own.id).find((one) => one.round === found.number && submissions.isSelected(one));
        return {
          id: made?.id ?? null,
          filename: made?.filename ?? null,
          roundNumber: found.number,
          roundOpen: day(found.openTime),
          roundCloseStaking: day(found.closeStakingTime),
          roundClose: day(found.closeTime),
          status: made === undefined ? 'none' : made.late ? 'late' : 'on-time',
          timestamp: made?.insertedAt ?? null,
        };
      });

  const model = (own: Model) => ({
    id: own.id,
    name: own.name,
    username: own.name,
    tournament: own.tournament,
    archived: false,
    hidden: false,
    computeEnabled: own.webhook !== null,
    isComputeWeekdayEnabled: true,
    submissionWebhook: own.webhook,
    submissions: () => submissions.listedOf(own.id).map(submission),
    latestSubmissionV2: () => {
      const [latest] = submissions.listedOf(own.id);
      return latest === undefined ? null : submission(latest);
    },
    latestSubmissions: ({ latestNRounds }: { latestNRounds?: Maybe<number> }) =>
      latestSubmissions(own, latestNRounds ?? 3),
    v2Stake: null,
  });

  const token = (account: Account) => ({
    name: 'local',
    publicId: account.publicId,
    scopes: account.scopes,
  });

  const account = (own: Account) => ({
    id: own.id,
    username: own.username,
    email: `${own.username}@example.com`,
    status: 'VERIFIED',
    mfaEnabled: false,
    availableNmr: '0.000000000000000000',
    models: () =>
      accounts
        .modelsOf(own)
        .filter(({ id }) => !troubles.unlisted.has(id))
        .map(model),
    apiTokens: () => [token(own)],
  });

  return { account, model, round, submission, token };
}

function roundsOf(rounds: Rounds, tournament: number, number: Maybe<number>): Round[] {
  assertTournament(tournament);
  if (number == null) return rounds.recent(tournament);
  if (number === 0) return [rounds.open(tournament)];
  const found = rounds.find(tournament, number);
  return found === null ? [] : [found];
}

/** The round whose data a query asks for: the current one, or one that has opened. */
function roundFor(rounds: Rounds, tournament: number, number: Maybe<number>): Round {
  assertTournament(tournament);
  if (number == null || number === 0) return rounds.open(tournament);
  const found = rounds.find(tournament, number);
  if (found === null || rounds.status(found) === 'UPCOMING') throw refusals.notOpen();
  return found;
}

/** The round that a triggered call names. Between rounds, when webhooks can be triggered too, it is the last one. */
function currentOrLast(rounds: Rounds, tournament: number, now: Date): number {
  const current = rounds.current(tournament);
  if (current !== null) return current.number;
  return rounds.recent(tournament).find(({ openTime }) => openTime <= now)?.number ?? 0;
}

function day(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}
