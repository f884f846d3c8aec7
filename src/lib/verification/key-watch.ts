// Which of Numerai's keys were refused, and which work again: noted where they are used, reported by the timers.

/** What has become of a key. */
export interface KeyNews {
  /** The name of its secret. */
  readonly secret: string;
  /** Why it is of no use, a sentence; null where it works. */
  readonly refused: string | null;
}

export interface KeyWatch {
  /** The secrets with these names were read, and Numerai accepted them. */
  works(...secrets: readonly string[]): void;
  /** @param why a sentence. */
  refused(secret: string, why: string): void;
  /** What has changed since it was last reported. */
  news(): readonly KeyNews[];
  /** So much is reported. */
  reported(news: KeyNews): void;
}

/** Makes one that knows nothing: the first use of each key is news, since another process may have reported it. */
export function createKeyWatch(): KeyWatch {
  const states = new Map<string, string | null>();
  const reported = new Map<string, boolean>();
  return {
    works(...secrets) {
      for (const secret of secrets) states.set(secret, null);
    },
    refused(secret, why) {
      states.set(secret, why);
    },
    news: () =>
      [...states]
        .filter(([secret, refused]) => reported.get(secret) !== (refused !== null))
        .map(([secret, refused]) => ({ secret, refused })),
    reported: ({ secret, refused }) => reported.set(secret, refused !== null),
  };
}
