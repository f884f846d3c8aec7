// Numerai's calls that only these commands make: set a model's webhook, and have Numerai call it.

import * as z from 'zod/mini';
import type { GraphqlClient } from '../src/lib/numerai/graphql.ts';
import type { CallPolicy } from '../src/lib/util/external-call.ts';
import type { NumeraiKeys } from '../src/lib/verification/submission-source.ts';

export const SET_WEBHOOK_MUTATION = `
  mutation SetWebhook($modelId: String!, $url: String) {
    setSubmissionWebhook(modelId: $modelId, newSubmissionWebhook: $url)
  }
`;

export const TRIGGER_WEBHOOK_MUTATION = `
  mutation TriggerWebhook($modelId: String!) {
    triggerModelWebhook(modelId: $modelId)
  }
`;

const setAnswer = z.object({ setSubmissionWebhook: z.nullable(z.string()) });
const triggerAnswer = z.object({ triggerModelWebhook: z.string() });

/** Numerai answers once the webhook has answered it; and a second call would be a second trigger. */
const TRIGGER_POLICY: CallPolicy = { attemptMs: 60_000, totalMs: 60_000, attempts: 1 };

/** All throw NumeraiError, NumeraiAnswerError or ExternalCallError. */
export interface NumeraiWebhooks {
  /** Null removes the webhook. */
  set(modelId: string, url: string | null, keys: NumeraiKeys): Promise<void>;
  /** Has Numerai call the webhook now. @returns the trigger id. */
  trigger(modelId: string, keys: NumeraiKeys): Promise<string>;
}

/** @param send sends one request. */
export function createNumeraiWebhooks(send: GraphqlClient): NumeraiWebhooks {
  return {
    async set(modelId, url, keys) {
      await send({
        operation: `${url === null ? 'remove' : 'set'} the webhook of model ${modelId}`,
        query: SET_WEBHOOK_MUTATION,
        variables: { modelId, url },
        answer: setAnswer,
        keys,
      });
    },
    async trigger(modelId, keys) {
      const { triggerModelWebhook } = await send({
        operation: `call the webhook of model ${modelId}`,
        query: TRIGGER_WEBHOOK_MUTATION,
        variables: { modelId },
        answer: triggerAnswer,
        keys,
        policy: TRIGGER_POLICY,
      });
      return triggerModelWebhook;
    },
  };
}
