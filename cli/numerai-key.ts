// What one of Numerai's API keys may do.

import * as z from 'zod/mini';
import type { GraphqlClient } from '../src/lib/numerai/graphql.ts';
import type { NumeraiKeys } from '../src/lib/verification/submission-source.ts';

/** By Numerai's own names, with the words of its page, what the app and these commands need of a key. */
export const NEEDED_SCOPES: Readonly<Record<string, string>> = {
  read_user_info: 'read user info',
  read_submission_info: 'read submission info',
  upload_submission: 'upload submissions',
};

const KEY_QUERY = `
  query ApiKey {
    apiTokenInfo { name scopes }
  }
`;

const keyAnswer = z.object({
  apiTokenInfo: z.object({ name: z.nullable(z.string()), scopes: z.nullable(z.array(z.nullable(z.string()))) }),
});

interface KeyInfo {
  /** As its owner called it. */
  readonly name: string | null;
  /** Null where Numerai does not say. */
  readonly scopes: readonly string[] | null;
}

/** Throws as {@link GraphqlClient}. */
export type ReadKey = (keys: NumeraiKeys) => Promise<KeyInfo>;

/** @param send sends one request. */
export function createReadKey(send: GraphqlClient): ReadKey {
  return async (keys) => {
    const { apiTokenInfo } = await send({
      operation: 'read what the API key may do',
      query: KEY_QUERY,
      variables: {},
      answer: keyAnswer,
      keys,
    });
    const scopes = apiTokenInfo.scopes?.filter((scope) => scope !== null) ?? null;
    return { name: apiTokenInfo.name, scopes };
  };
}
