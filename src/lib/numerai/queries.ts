// The queries that the app sends to Numerai.

/** Rounds can be read without a key. The newest are read as well, to notice a round that has closed. */
export const ROUNDS_QUERY = `
  query Rounds($tournament: Int!) {
    open: rounds(tournament: $tournament, status: OPEN) { ...Window }
    latest: rounds(tournament: $tournament, limit: 5) { ...Window }
  }
  fragment Window on Round { number tournament openTime closeTime closeStakingTime }
`;

export const SUBMISSIONS_QUERY = `
  query Submissions($modelId: ID!) {
    submissions(modelId: $modelId) { id insertedAt filename status selected triggerId round { number tournament } }
  }
`;

export const ACCOUNT_MODELS_QUERY = `
  query AccountModels {
    account { models { id name tournament submissionWebhook } }
  }
`;
