// Where the pages are. No link ever holds a key.

/** The pages as people open them. */
export const PAGES = '/api/dashboard';
/** The same, behind the key: what the script asks for, where forms go, and where a change is confirmed. */
export const GUARDED = '/api/dashboard-page';

export const links = {
  overview: PAGES,
  model: (name: string) => `${PAGES}/${encodeURIComponent(name)}`,
  run: (name: string, id: string) =>
    `${PAGES}/${encodeURIComponent(name)}/${encodeURIComponent(id)}`,
  /** The page of a run, with the log of one of its attempts. */
  attempt: (name: string, id: string, number: number) =>
    `${PAGES}/${encodeURIComponent(name)}/${encodeURIComponent(id)}?attempt=${number}`,
  olderRuns: (name: string, after: string) =>
    `${PAGES}/${encodeURIComponent(name)}?after=${encodeURIComponent(after)}`,
  /** GET asks for a confirmation, POST does it. */
  start: (name: string) => `${GUARDED}/${encodeURIComponent(name)}/start`,
  retry: (name: string) => `${GUARDED}/${encodeURIComponent(name)}/retry`,
  cancel: (name: string, id: string) =>
    `${GUARDED}/${encodeURIComponent(name)}/${encodeURIComponent(id)}/cancel`,
} as const;
