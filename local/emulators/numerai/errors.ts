/** A refusal in Numerai's words, answered as HTTP 200 with `errors`. */
class NumeraiRefusal extends Error {
  override readonly name = 'NumeraiRefusal';
}

// Messages marked "seen" are Numerai's own, from public bug reports and forum posts; the others are ours.
export const refusals = {
  /** Seen, for wrong keys and for missing ones. */
  session: () => new NumeraiRefusal('Your session is invalid or has expired.'),
  /** Seen. */
  scope: (scope: string) => new NumeraiRefusal(`Insufficient permission for ${scope}`),
  /** Seen between two rounds, for `rounds(number: 0)`, data and uploads. */
  notOpen: () => new NumeraiRefusal('Current round not open for submissions'),
  /** Seen. */
  liveIds: () =>
    new NumeraiRefusal(
      'You must provide predictions for the current live IDs. Make sure you are using the latest live data.',
    ),
  /** Seen. */
  values: () => new NumeraiRefusal('Invalid submission values. Values must be between 0 and 1 exclusive.'),
  /** Seen. */
  tournament: () => new NumeraiRefusal('invalid tournament'),
  /** Seen. */
  webhookAnswer: (body: string) => new NumeraiRefusal(`Error received from your webhook server: ${body}`),
  webhookTimeout: (seconds: number) =>
    new NumeraiRefusal(`Your webhook server did not answer within ${seconds} seconds.`),
  webhookUnreachable: (detail: string) => new NumeraiRefusal(`Your webhook server could not be reached: ${detail}`),
  noWebhook: () => new NumeraiRefusal('This model has no submission webhook.'),
  webhookUrl: () => new NumeraiRefusal('The submission webhook must be an http or https URL.'),
  model: () => new NumeraiRefusal('Model not found'),
  modelId: () => new NumeraiRefusal('Multiple models found. Please specify a modelId.'),
  modelTournament: (tournament: number) =>
    new NumeraiRefusal(`This model does not take part in tournament ${tournament}.`),
  dataset: () => new NumeraiRefusal('Dataset not found'),
  submissionFile: () => new NumeraiRefusal('Submission file not found.'),
  columns: (columns: string) => new NumeraiRefusal(`Invalid submission headers. Expected ${columns}.`),
  fewIds: (fewest: number) => new NumeraiRefusal(`You must provide predictions for at least ${fewest} live IDs.`),
  unreadable: (reason: string) => new NumeraiRefusal(`The submission is no Parquet file that can be read: ${reason}`),
  validationIds: () => new NumeraiRefusal('You must provide predictions for the validation IDs.'),
  submission: () => new NumeraiRefusal('Submission not found'),
  diagnostics: () => new NumeraiRefusal('Diagnostics not found'),
  profile: () => new NumeraiRefusal('User not found'),
  missingIds: () => new NumeraiRefusal('Every row of the submission must have an id.'),
  constant: () => new NumeraiRefusal('Invalid submission values. They must not all be the same.'),
  duplicateIds: () => new NumeraiRefusal('Duplicate ids in submission.'),
  /** Seen, of anything, for a moment. */
  broken: () => new NumeraiRefusal('Internal server error'),
  rateLimit: () => new NumeraiRefusal('Rate limit exceeded. Please try again later.'),
};
