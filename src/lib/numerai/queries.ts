// The few queries and mutations that the app sends to Numerai.

/** Rounds can be read without a key. The newest are asked for as well, to notice a round that has closed. */
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

export const TRIGGER_LOGS_QUERY = `
  query TriggerLogs($triggerId: ID!) {
    triggerLogs(triggerId: $triggerId) { message timestamp }
  }
`;
