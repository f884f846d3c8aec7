// Numerai, as the app uses it: rounds, models' submissions, the account's models. Every field of a list's element may
// be null by Numerai's schema, and so may the element: what cannot be used is left out, and hides nothing else.

import * as z from 'zod/mini';
import { TOURNAMENTS } from '../config/model-schema.ts';
import { TOURNAMENT_NUMBERS, type Tournament } from '../config/models.ts';
import { assumedClose, assumedOpen } from '../rounds/documented-hours.ts';
import type { Round } from '../rounds/round.ts';
import type { RoundSource } from '../rounds/round-cache.ts';
import { AppError } from '../util/errors.ts';
import type { Redact } from '../util/redaction.ts';
import type { ListAnswer, ListedSubmission, NumeraiKeys, SubmissionSource } from '../verification/submission-source.ts';
import {
  type GraphqlClient,
  type GraphqlError,
  isBroken,
  NumeraiAnswerError,
  NumeraiError,
  refusalOf,
} from './graphql.ts';
import { ACCOUNT_MODELS_QUERY, ROUNDS_QUERY, submissionsQuery } from './queries.ts';

/** All but `submissionsOf` throw NumeraiError, KeyRefusedError, NumeraiAnswerError or ExternalCallError. */
export interface Numerai extends RoundSource, SubmissionSource {
  submissions(modelId: string, keys: NumeraiKeys): Promise<readonly ListedSubmission[]>;
}

/** How many models one request asks about. */
const MODELS_PER_REQUEST = 25;

/** What Numerai answers where there is no open round. */
const NOT_OPEN = /not open for submissions/i;

const time = z.pipe(z.string(), z.coerce.date());
const id = z.pipe(z.union([z.string(), z.number()]), z.transform(String));
/** A field that may be absent; anything that does not fit reads as null. */
const optional = <T extends z.core.SomeType>(schema: T) => z.catch(z.nullable(schema), null);
const list = z.nullish(z.array(z.unknown()));

const window = z.object({
  number: z.int(),
  tournament: optional(z.int()),
  openTime: optional(time),
  closeTime: optional(time),
  closeStakingTime: optional(time),
});
const roundsAnswer = z.object({ open: list, latest: list });
const listed = z.object({
  id,
  insertedAt: time,
  triggerId: optional(z.string()),
  status: optional(z.string()),
  errorInfo: optional(z.string()),
  round: z.pipe(
    optional(z.object({ number: optional(z.int()) })),
    z.transform((round) => round?.number ?? null),
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

/**
 * @param send sends one request.
 * @param redact takes known secrets out of what Numerai says of a submission.
 */
export function createNumerai(send: GraphqlClient, redact: Redact = (text) => text): Numerai {
  /** @returns the answer of each model that has one by itself; those whose part broke have none. */
  async function ask(modelIds: readonly string[], keys: NumeraiKeys): Promise<Map<string, ListAnswer>> {
    const errors = new Map<string, GraphqlError>();
    const isAlone = modelIds.length === 1;
    const operation = isAlone
      ? `list the submissions of model ${modelIds[0]}`
      : `list the submissions of ${modelIds.length} models`;
    const data = await send({
      operation,
      query: submissionsQuery(modelIds.length),
      variables: Object.fromEntries(modelIds.map((modelId, index) => [`m${index}`, modelId])),
      answer: z.record(z.string(), list),
      keys,
      tolerates: ({ path }) => typeof path[0] === 'string' && !isAlone,
      onTolerated: (error) => errors.set(String(error.path[0]), error),
    });
    // With a key that is refused nothing is answered: what is refused beside others is about the one model.
    const isKeyFine = errors.size < modelIds.length;
    return new Map(
      modelIds.flatMap((modelId, index): [string, ListAnswer][] => {
        const name = `m${index}`;
        const error = errors.get(name);
        if (error !== undefined && isBroken(error)) return [];
        const of = `list the submissions of model ${modelId}`;
        return [
          [modelId, error === undefined ? listOf(of, data[name], redact) : refusalOf(of, [error.message], !isKeyFine)],
        ];
      }),
    );
  }

  /** As {@link ask}; what fails is the answer of each. What broke alone among others is asked for by itself. */
  async function answers(modelIds: readonly string[], keys: NumeraiKeys): Promise<Map<string, ListAnswer>> {
    try {
      const found = await ask(modelIds, keys);
      const broken = modelIds.filter((modelId) => !found.has(modelId));
      const again = await Promise.all(broken.map((modelId) => answers([modelId], keys)));
      return new Map([found, ...again].flatMap((each) => [...each]));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // Numerai does not say which one it refuses: by halves, the others have their answers.
      if (!(error instanceof NumeraiError) || modelIds.length === 1)
        return new Map(modelIds.map((modelId) => [modelId, error]));
      const half = Math.ceil(modelIds.length / 2);
      const halves = await Promise.all(
        [modelIds.slice(0, half), modelIds.slice(half)].map((some) => answers(some, keys)),
      );
      return new Map(halves.flatMap((each) => [...each]));
    }
  }

  async function submissionsOf(
    modelIds: readonly string[],
    keys: NumeraiKeys,
  ): Promise<ReadonlyMap<string, ListAnswer>> {
    const unique = [...new Set(modelIds)];
    const requests = Array.from({ length: Math.ceil(unique.length / MODELS_PER_REQUEST) }, (_, index) =>
      answers(unique.slice(index * MODELS_PER_REQUEST, (index + 1) * MODELS_PER_REQUEST), keys),
    );
    return new Map((await Promise.all(requests)).flatMap((each) => [...each]));
  }

  return {
    async rounds(tournament) {
      const operation = `list the rounds of ${tournament}`;
      const answer = await send({
        operation,
        query: ROUNDS_QUERY,
        variables: { tournament: TOURNAMENT_NUMBERS[tournament] },
        answer: roundsAnswer,
        tolerates: ({ message }) => NOT_OPEN.test(message),
      });
      return roundsOf(operation, tournament, answer);
    },

    submissionsOf,

    async submissions(modelId, keys) {
      const answer = (await submissionsOf([modelId], keys)).get(modelId) ?? [];
      if (answer instanceof AppError) throw answer;
      return answer;
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

/** The elements that can be used; an error where there are some, and none is as expected. */
function listOf(operation: string, elements: readonly unknown[] | null | undefined, redact: Redact): ListAnswer {
  const present = (elements ?? []).filter((element) => element !== null);
  const read = present.flatMap((element) => listed.safeParse(element).data ?? []);
  return read.length === 0 && present.length > 0
    ? new NumeraiAnswerError(operation, 'no submission can be read')
    : read.map((each) => ({ ...each, errorInfo: each.errorInfo && redact(each.errorInfo) }));
}

/**
 * The rounds of an answer. One that lacks a time has it by the documented hours; one that lacks more, or its number, is
 * left out.
 * @throws {NumeraiAnswerError} where a round is said to be open, and nobody can tell which.
 */
function roundsOf(
  operation: string,
  tournament: Tournament,
  { open, latest }: z.output<typeof roundsAnswer>,
): readonly Round[] {
  const readAll = (elements: readonly unknown[] | null | undefined) =>
    (elements ?? []).map((element) => roundOf(tournament, element));
  const opened = readAll(open);
  const newest = readAll(latest);
  const rounds = [...opened, ...newest].filter((round) => round !== null);
  // An open round is among the newest: it is hidden only where something is missing there as well.
  const isHidden =
    opened.length > 0 && opened.every((round) => round === null) && (newest.length === 0 || newest.includes(null));
  if (isHidden || (rounds.length === 0 && newest.some((round, index) => round === null && latest?.[index] !== null)))
    throw new NumeraiAnswerError(operation, 'no open round can be read');
  const known = new Map<number, Round>();
  for (const { isWhole, ...round } of rounds) if (isWhole || !known.has(round.number)) known.set(round.number, round);
  return [...known.values()];
}

/** Null where it cannot be used. `isWhole`: no time of it is assumed. */
function roundOf(tournament: Tournament, element: unknown): (Round & { readonly isWhole: boolean }) | null {
  const { data } = window.safeParse(element);
  if (data === undefined) return null;
  const { number, openTime } = data;
  // Tournaments share their numbers: what is said of another one would close the round of this one.
  if (data.tournament !== null && data.tournament !== TOURNAMENT_NUMBERS[tournament]) return null;
  const closeTime = data.closeStakingTime ?? data.closeTime;
  if (openTime !== null && closeTime !== null) return { tournament, number, openTime, closeTime, isWhole: true };
  if (openTime !== null) return { tournament, number, openTime, closeTime: assumedClose(openTime), isWhole: false };
  if (closeTime !== null) return { tournament, number, openTime: assumedOpen(closeTime), closeTime, isWhole: false };
  return null;
}
