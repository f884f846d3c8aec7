// Numerai, as the app uses it: rounds, a model's submissions, the account's models and their webhooks.
// Every answer is validated; one that lost a field is a clear error.

import * as z from 'zod/mini';
import { TOURNAMENT_NUMBERS, type Tournament } from '../config/models.ts';
import type { Round } from '../rounds/round.ts';
import type { CallPolicy } from '../util/external-call.ts';
import { type GraphqlClient, NumeraiAnswerError, type NumeraiKeys } from './graphql.ts';
import {
  ACCOUNT_MODELS_QUERY,
  ROUNDS_QUERY,
  SET_WEBHOOK_MUTATION,
  SUBMISSIONS_QUERY,
  TRIGGER_LOGS_QUERY,
  TRIGGER_WEBHOOK_MUTATION,
} from './queries.ts';

/** A submission as Numerai lists it. */
export interface NumeraiSubmission {
  readonly id: string;
  readonly insertedAt: Date;
  readonly triggerId: string | null;
  readonly status: string | null;
  readonly round: number | null;
}

export interface NumeraiModel {
  readonly id: string;
  readonly name: string;
  readonly tournament: Tournament | null;
  readonly webhook: string | null;
}

/** All throw NumeraiError, NumeraiAnswerError or ExternalCallError. */
export interface Numerai {
  /** The open rounds and the newest ones of a tournament, in no order. */
  rounds(tournament: Tournament): Promise<readonly Round[]>;
  submissions(modelId: string, keys: NumeraiKeys): Promise<readonly NumeraiSubmission[]>;
  accountModels(keys: NumeraiKeys): Promise<readonly NumeraiModel[]>;
  /** Null removes the webhook. */
  setWebhook(modelId: string, url: string | null, keys: NumeraiKeys): Promise<void>;
  /** Has Numerai call the webhook now. @returns the trigger id. */
  triggerWebhook(modelId: string, keys: NumeraiKeys): Promise<string>;
  triggerLogs(triggerId: string, keys: NumeraiKeys): Promise<readonly string[]>;
}

const time = z.pipe(
  z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)), 'a time')),
  z.transform((text: string) => new Date(text)),
);
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
const webhookAnswer = z.object({ setSubmissionWebhook: z.nullable(z.string()) });
const triggerAnswer = z.object({ triggerModelWebhook: z.string() });
const logsAnswer = z.object({
  triggerLogs: z.nullable(z.array(z.object({ message: z.nullable(z.string()) }))),
});

/** Numerai answers when the webhook has answered it; and a second call would be a second trigger. */
const TRIGGER_POLICY: CallPolicy = { attemptMs: 60_000, totalMs: 60_000, attempts: 1 };

/** Makes the app's Numerai out of something that sends its questions. */
export function createNumerai(send: GraphqlClient): Numerai {
  return {
    async rounds(tournament) {
      const operation = `list the rounds of ${tournament}`;
      const data = await send({
        operation,
        query: ROUNDS_QUERY,
        variables: { tournament: TOURNAMENT_NUMBERS[tournament] },
      });
      const { open, latest } = validated(operation, roundsAnswer, data);
      const rounds = new Map<number, Round>();
      for (const found of [...(latest ?? []), ...(open ?? [])]) {
        const closeTime = found.closeStakingTime ?? found.closeTime;
        if (closeTime === null || closeTime === undefined) {
          throw new NumeraiAnswerError(operation, `round ${found.number} has no closing time`);
        }
        rounds.set(found.number, {
          tournament,
          number: found.number,
          openTime: found.openTime,
          closeTime,
        });
      }
      return [...rounds.values()];
    },

    async submissions(modelId, keys) {
      const operation = `list the submissions of model ${modelId}`;
      const data = await send({
        operation,
        query: SUBMISSIONS_QUERY,
        variables: { modelId },
        keys,
      });
      const { submissions } = validated(operation, submissionsAnswer, data);
      return (submissions ?? []).map(({ round, ...submission }) => ({
        ...submission,
        round: round?.number ?? null,
      }));
    },

    async accountModels(keys) {
      const operation = "list the account's models";
      const data = await send({ operation, query: ACCOUNT_MODELS_QUERY, variables: {}, keys });
      return validated(operation, modelsAnswer, data).account.models.map((model) => ({
        id: model.id,
        name: model.name,
        tournament: tournamentOf(model.tournament),
        webhook: model.submissionWebhook,
      }));
    },

    async setWebhook(modelId, url, keys) {
      const operation = `${url === null ? 'remove' : 'set'} the webhook of model ${modelId}`;
      validated(
        operation,
        webhookAnswer,
        await send({ operation, query: SET_WEBHOOK_MUTATION, variables: { modelId, url }, keys }),
      );
    },

    async triggerWebhook(modelId, keys) {
      const operation = `call the webhook of model ${modelId}`;
      const data = await send({
        operation,
        query: TRIGGER_WEBHOOK_MUTATION,
        variables: { modelId },
        keys,
        policy: TRIGGER_POLICY,
      });
      return validated(operation, triggerAnswer, data).triggerModelWebhook;
    },

    async triggerLogs(triggerId, keys) {
      const operation = `read the log of trigger ${triggerId}`;
      const data = await send({
        operation,
        query: TRIGGER_LOGS_QUERY,
        variables: { triggerId },
        keys,
      });
      return (validated(operation, logsAnswer, data).triggerLogs ?? []).flatMap(({ message }) =>
        message === null ? [] : [message],
      );
    },
  };
}

function tournamentOf(number: number | null): Tournament | null {
  switch (number) {
    case TOURNAMENT_NUMBERS.classic:
      return 'classic';
    case TOURNAMENT_NUMBERS.signals:
      return 'signals';
    case TOURNAMENT_NUMBERS.crypto:
      return 'crypto';
    default:
      return null;
  }
}

function validated<T extends z.ZodMiniType>(
  operation: string,
  schema: T,
  data: unknown,
): z.output<T> {
  const parsed = z.safeParse(schema, data);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole').join(', ');
  throw new NumeraiAnswerError(operation, `wrong or missing: ${fields}`);
}
