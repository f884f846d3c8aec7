// The objects of the schema, made of what the emulator keeps. Fields that are expensive are functions.

import type { Account, Model } from './accounts.ts';
import { dataDatestamp, resolveTime, roundId, scoreTime } from './rounds.ts';
import { type Round, TOURNAMENTS } from './schedules.ts';
import type { Maybe, Services } from './services.ts';
import type { Submission } from './submissions.ts';

const DAY_MS = 24 * 3_600_000;

export function shapesOf({ accounts, rounds, submissions, troubles }: Services) {
  const round = (found: Round) => ({
    ...found,
    id: roundId(found),
    target: 'main',
    isDaily: found.openTime.getUTCDay() !== 6,
    scoreTime: scoreTime(found),
    resolveTime: resolveTime(found),
    resolvedGeneral: () => rounds.status(found) === 'RESOLVED',
    resolvedStaking: () => rounds.status(found) === 'RESOLVED',
    dataDatestamp: dataDatestamp(found),
    payoutFactor: null,
    roundScoreConfigs: [],
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
    dataDatestamp: made.dataDatestamp,
    errorInfo: made.errorInfo,
    // What Numerai counts as the first day is not documented: here the day after.
    firstEffectiveDate:
      made.tournament === TOURNAMENTS.signals ? day(new Date(made.insertedAt.getTime() + DAY_MS)) : null,
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

function day(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}
