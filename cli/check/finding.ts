// What `check` finds: one line each, with what to do.

/** `note`: nothing is wrong, and yet it is good to know. `unchecked`: nobody could tell. */
export type Verdict = 'ok' | 'failed' | 'note' | 'unchecked';

export interface Finding {
  readonly verdict: Verdict;
  /** What was looked at: `models.json`, `webhook of nightly`. */
  readonly subject: string;
  /** What was found; empty where the subject says all. */
  readonly found: string;
  /** What to do; null where nothing is to be done. */
  readonly remedy: string | null;
  /** Where it stands, for what is in a file. */
  readonly place: Place | null;
}

export interface Place {
  readonly file: string;
  readonly line: number;
  /** The key in the file: `models[0].container.cpu`. */
  readonly key: string;
}

export const ok = (subject: string, found = ''): Finding => ({
  verdict: 'ok',
  subject,
  found,
  remedy: null,
  place: null,
});

export const failed = (subject: string, found: string, remedy: string, place: Place | null = null): Finding => ({
  verdict: 'failed',
  subject,
  found,
  remedy,
  place,
});

export const note = (
  subject: string,
  found: string,
  remedy: string | null = null,
  place: Place | null = null,
): Finding => ({ verdict: 'note', subject, found, remedy, place });

export const unchecked = (subject: string, why: string, remedy: string | null = null): Finding => ({
  verdict: 'unchecked',
  subject,
  found: why,
  remedy,
  place: null,
});

/** Of several faults each; of none that all is well. */
export function allOf(faults: readonly Finding[], subject: string, found: string): readonly Finding[] {
  return faults.some(({ verdict }) => verdict === 'failed') ? faults : [ok(subject, found), ...faults];
}

const SIGNS: Readonly<Record<Verdict, string>> = { ok: '✓', failed: '✗', note: '!', unchecked: '-' };

/** `✗ models.json:12: …` */
export function lineOf({ verdict, subject, found, remedy, place }: Finding, sign = SIGNS[verdict]): string {
  const where = place === null ? subject : `${place.file}:${place.line}: ${subject}`;
  const said = [found, remedy ?? ''].filter((part) => part !== '').join(' ');
  const not = verdict === 'unchecked' ? 'not checked: ' : '';
  return `${sign} ${where}${said === '' ? '' : `: ${not}${said}`}`;
}

export const signOf = (verdict: Verdict): string => SIGNS[verdict];
