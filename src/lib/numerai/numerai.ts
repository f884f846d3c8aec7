// Numerai, as the app uses it: rounds, a model's submissions, the account's models.

import * as z from 'zod/mini';
import { TOURNAMENTS } from '../config/model-schema.ts';
import { TOURNAMENT_NUMBERS } from '../config/models.ts';
import type { Round } from '../rounds/round.ts';
import type { RoundSource } from '../rounds/round-cache.ts';
import type { SubmissionSource } from '../verification/submission-source.ts';
import { type GraphqlClient, NumeraiAnswerError } from './graphql.ts';
import { ACCOUNT_MODELS_QUERY, ROUNDS_QUERY, SUBMISSIONS_QUERY } from './queries.ts';

/** All throw NumeraiError, NumeraiAnswerError or ExternalCallError. */
export type Numerai = RoundSource & SubmissionSource;

const time = z.pipe(z.string(), z.coerce.date());
const id = z.pipe(z.union([z.string(), z.number()]), z.transform(String));

const window = z.object({
  number: z.int(),
  openTime: time,
  closeTime: z.nullish(time),
  closeStakingTime: z.nullish(time),
});
const roundsAnswer = z.object({
  open: z.nullable(z.array(window)),
  latest: z.nullable(z.array(window)),
});
const submissionsAnswer = z.object({
  submissions: z.nullable(
    z.array(
      z.object({
        id,
        insertedAt: time,
        triggerId: z.nullable(z.string()),
        status: z.nullable(z.string()),
        round: z.nullable(z.object({ number: z.nullable(z.int()) })),
      }),
    ),
  ),
});
const modelsAnswer = z.object({
  account: z.object({
    models: z.array(
      z.object({
        id,
        name: z.string(),
        tournament: z.nullable(z.int()),
        submissionWebhook: z.nullable(z.string()),
      }),
    ),
  }),
});

/** @param send sends one request. */
export function createNumerai(send: GraphqlClient): Numerai {
  return {
    async rounds(tournament) {
      const operation = `list the rounds of ${tournament}`;
      const { open, latest } = await send({
        operation,
        query: ROUNDS_QUERY,
        variables: { tournament: TOURNAMENT_NUMBERS[tournament] },
        answer: roundsAnswer,
      });
      const rounds = new Map<number, Round>();
      for (const found of [...(latest ?? []), ...(open ?? [])]) {
        const closeTime = found.closeStakingTime ?? found.closeTime;
        if (!closeTime) throw new NumeraiAnswerError(operation, `round ${found.number} has no closing time`);
        const { number, openTime } = found;
        rounds.set(number, { tournament, number, openTime, closeTime });
      }
      return [...rounds.values()];
    },

    async submissions(modelId, keys) {
      const { submissions } = await send({
        operation: `list the submissions of model ${modelId}`,
        query: SUBMISSIONS_QUERY,
        variables: { modelId },
        answer: submissionsAnswer,
        keys,
      });
      return (submissions ?? []).map(({ round, ...submission }) => ({
        ...submission,
        round: round?.number ?? null,
      }));
    },

    async accountModels(keys) {
      const { account } = await send({
        operation: "list the account's models",
        query: ACCOUNT_MODELS_QUERY,
        variables: {},
        answer: modelsAnswer,
        keys,
      });
      return account.models.map(({ id, name, tournament, submissionWebhook: webhook }) => ({
        id,
        name,
        tournament: TOURNAMENTS.find((each) => TOURNAMENT_NUMBERS[each] === tournament) ?? null,
        webhook,
      }));
    },
  };
}
