// Where the pages are. No link ever holds a key. Names of models and ids of runs need no encoding.

/** The pages as people open them. */
export const PAGES = '/api/dashboard';
/** The same, behind the key: what the script fetches, where forms go, and where a change is confirmed. */
export const GUARDED = '/api/dashboard-page';

export const links = {
  overview: PAGES,
  /** A page of a long overview, of those with a part of a name. */
  overviewPage: ({ page, find }: { readonly page: number; readonly find: string }) =>
    `${PAGES}?${new URLSearchParams({ ...(find !== '' && { find }), page: String(page) })}`,
  model: (name: string) => `${PAGES}/${name}`,
  olderRuns: (name: string, after: string) => `${PAGES}/${name}?after=${after}`,
  run: (name: string, id: string) => `${PAGES}/${name}/${id}`,
  /** The page of a run, with the log of one of its attempts. */
  attempt: (name: string, id: string, number: number) => `${PAGES}/${name}/${id}?attempt=${number}`,
  /** The page of a run after something was done to it. */
  done: (name: string, id: string, done: string) => `${GUARDED}/${name}/${id}?done=${done}`,
  /** The page of a model or a job after something was done to it. */
  guarded: (name: string) => `${GUARDED}/${name}`,
  /** GET asks for a confirmation, POST does it. */
  start: (name: string) => `${GUARDED}/${name}/start`,
  pause: (name: string) => `${GUARDED}/${name}/pause`,
  resume: (name: string) => `${GUARDED}/${name}/resume`,
  cancel: (name: string, id: string) => `${GUARDED}/${name}/${id}/cancel`,
} as const;
