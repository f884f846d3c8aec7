// The form of the table in refusals.ts.

/** Who asks, and for what. */
export interface Subject {
  /** Host of the vault, or of the account; the id of the subscription. */
  readonly place: string;
  /** Of the secret, of the table, or of the resource provider. */
  readonly name: string;
  /** The app with its identity, or a person with the account of the Azure CLI; default: the app. */
  readonly by?: 'app' | 'person';
}

export interface Row {
  /** In the codes and the words of the refusal. The first row counts. */
  readonly words: RegExp;
  /** @param said by the service: a policy or a lock has its name there. */
  readonly what: (subject: Subject, said: string) => string;
  readonly remedy: (subject: Subject, said: string) => string;
}
