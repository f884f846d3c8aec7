// The resolvers: the value of each field of the schema. Arguments have been checked against the schema.

import { assertAllowed } from './accounts.ts';
import { refusals } from './errors.ts';
import { assertTournament, type RoundStatus, type Rounds, resolveTime, scoreTime } from './rounds.ts';
import { type Round, TOURNAMENTS } from './schedules.ts';
import type { Context, Maybe, Services } from './services.ts';
import { shapesOf } from './shapes.ts';
import { uploading } from './uploading.ts';

export function rootValue(services: Services) {
  const { accounts, rounds, submissions, webhooks, datasets } = services;
  const shapes = shapesOf(services);

  const profile = (name: string, tournament: Maybe<number>) => {
    const found = accounts.models.find(
      (model) => model.name === name && (tournament == null || model.tournament === tournament),
    );
    if (found === undefined) throw refusals.profile();
    return { id: found.id, username: found.name, bio: found.bio, startDate: null, dailyModelPerformances: [] };
  };

  return {
    ...uploading(services, shapes),

    account: (_: object, context: Context) => shapes.account(assertAllowed(context.account, 'read_user_info')),

    apiTokenInfo: (_: object, { account }: Context) => {
      if (account === null) throw refusals.session();
      return { ...shapes.token(account), accountUsername: account.username };
    },

    model: ({ modelId }: { modelId?: Maybe<string> }, context: Context) =>
      shapes.model(accounts.modelOf(assertAllowed(context.account, 'read_user_info'), modelId)),

    // Whatever tournament is asked for, the list has the files of all: docs.numer.ai finds those of Signals with NumerAPI.
    listDatasets: (args: { round?: Maybe<number>; tournament?: Maybe<number> }) => {
      const tournament = args.tournament ?? TOURNAMENTS.classic;
      roundFor(rounds, tournament, args.round);
      const others = Object.values(TOURNAMENTS).filter((other) => other !== tournament);
      return [tournament, ...others].flatMap((each) => datasets.names(each));
    },

    dataset: (args: { filename: string; round?: Maybe<number>; tournament?: Maybe<number> }) => {
      assertTournament(args.tournament ?? TOURNAMENTS.classic);
      const tournament = Object.values(TOURNAMENTS).find((each) => datasets.names(each).includes(args.filename));
      if (tournament === undefined) throw refusals.dataset();
      return services.datasetUrl(roundFor(rounds, tournament, args.round), args.filename);
    },

    pipelineStatus: (args: { date?: Maybe<string>; tournament: string }) => {
      const tournament = Object.entries(TOURNAMENTS).find(([name]) => name === args.tournament)?.[1];
      if (tournament === undefined) throw refusals.tournament();
      const at = args.date == null ? services.clock.now() : new Date(args.date);
      return { tournament: args.tournament, ...pipelineOf(rounds, tournament, at) };
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

    // Numerai scores what was submitted; the emulator does not.
    submissionScores: () => [],
    v2RoundModelPerformances: () => [],

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

    accountProfile: ({ username, tournament }: { username: string; tournament?: Maybe<number> }) => {
      const own = accounts.models.filter(
        (model) => model.username === username && (tournament == null || model.tournament === tournament),
      );
      if (own.length === 0) throw refusals.profile();
      return { models: own.map(({ id, name }) => ({ id, displayName: name })) };
    },
    v3UserProfile: (args: { modelName: string; tournament?: Maybe<number> }) =>
      profile(args.modelName, args.tournament),
    v2SignalsProfile: (args: { modelName: string }) => profile(args.modelName, TOURNAMENTS.signals),

    setUserBio: ({ value, modelId }: { value: string; modelId?: Maybe<string> }, context: Context) => {
      accounts.modelOf(assertAllowed(context.account, 'write_user_info'), modelId).bio = value;
      return true;
    },
    setUserLink: ({ modelId }: { modelId?: Maybe<string> }, context: Context) => {
      accounts.modelOf(assertAllowed(context.account, 'write_user_info'), modelId);
      return true;
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

/** How far the data of a day's round is. Scoring days are those of which a round is scored. */
function pipelineOf(rounds: Rounds, tournament: number, at: Date) {
  const start = new Date(at.toISOString().slice(0, 10));
  const end = new Date(start.getTime() + DAY_MS);
  const [round] = rounds.between(tournament, start, end);
  const passed = (time: Date | undefined) => (time !== undefined && time <= rounds.now() ? time : null);
  const recent = rounds.recent(tournament);
  const scored = recent.map(scoreTime).find((time) => time >= start && time < end);
  const resolved = recent.map(resolveTime).find((time) => time >= start && time < end);
  return {
    isScoringDay: scored !== undefined,
    startedAt: passed(round && new Date(round.openTime.getTime() - HOUR_MS)),
    dataReadyAt: passed(round?.openTime),
    scoredAt: passed(scored),
    resolvedAt: passed(resolved),
  };
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
