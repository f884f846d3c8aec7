// The queries that the app sends to Numerai.

/** Rounds can be read without a key. The newest are read as well, to notice a round that has closed. */
export const ROUNDS_QUERY = `
  query Rounds($tournament: Int!) {
    open: rounds(tournament: $tournament, status: OPEN) { ...Window }
    latest: rounds(tournament: $tournament, limit: 5) { ...Window }
  }
  fragment Window on Round { number tournament openTime closeTime closeStakingTime }
`;

/** The submissions of `count` models, whose ids are the variables `m0`, `m1`, …; the answer has the same names. */
export function submissionsQuery(count: number): string {
  const names = Array.from({ length: count }, (_, index) => `m${index}`);
  return `
  query Submissions(${names.map((name) => `$${name}: ID!`).join(', ')}) {
    ${names.map((name) => `${name}: submissions(modelId: $${name}) { ...Listed }`).join('\n    ')}
  }
  fragment Listed on V2Submission { id insertedAt status errorInfo triggerId round { number } }
`;
}

export const ACCOUNT_MODELS_QUERY = `
  query AccountModels {
    account { models { id name tournament submissionWebhook } }
  }
`;
