/** A failure that a person can fix. Its message says how; no stack is shown. */
export class UserError extends Error {}
