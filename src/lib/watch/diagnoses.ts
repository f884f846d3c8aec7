// What the end of a container says by itself: its exit code, and the last lines of its log. The first row that fits
// counts. What the platform says of an end, such as that it took the machine away, comes from the adapter.

import type { Failure, FailureReason } from '../runs/failure.ts';
import { plainLines, quote, withoutFrames } from '../util/quote.ts';

interface Row {
  readonly failure: Failure;
  /** What is the matter, as the second half of a sentence. */
  readonly why: string;
}

/** Of `sysexits.h`: EX_TEMPFAIL, and EX_CONFIG. */
const EXIT_NOT_READY = 75;
export const EXIT_CONFIGURATION = 78;

/** A submission that ends with 75 or 78 says what is to follow. */
const EXIT_CODES: Readonly<Record<number, Row>> = {
  [EXIT_NOT_READY]: {
    failure: 'not-ready',
    why: 'it reports that its data is not ready yet (EX_TEMPFAIL)',
  },
  [EXIT_CONFIGURATION]: {
    failure: 'configuration',
    why: 'it reports that its configuration is wrong (EX_CONFIG); change env or secrets in models.json, or the program',
  },
  // https://tldp.org/LDP/abs/html/exitcodes.html https://docs.docker.com/engine/containers/run/#exit-status
  126: {
    failure: 'image',
    why: 'its command cannot be executed: the file lacks the right to be executed (chmod +x), or is for another processor',
  },
  127: {
    failure: 'image',
    why: 'its command was not found: a wrong path, or a script with the line ends of Windows (CRLF)',
  },
};

/** Words of the last lines. */
const LAST_LINES: readonly (Row & { readonly words: RegExp })[] = [
  {
    // The kernel's ENOEXEC. https://docs.docker.com/build/building/multi-platform/
    words: /exec format error/i,
    failure: 'image',
    why: 'the image is for another processor; build it with docker buildx build --platform linux/amd64',
  },
  {
    // `exec /app/run.sh: no such file or directory`, `env: 'python\r'`, `/bin/sh^M: bad interpreter`: runc, env, bash.
    words: /exec[ :][^\n]*no such file or directory|bad interpreter|env: [^\n]*(\\r|\^M|\?).?: no such file/i,
    failure: 'image',
    why: 'its command was not found: a wrong path, or a script with the line ends of Windows (CRLF)',
  },
  {
    words: /exec[ :][^\n]*permission denied/i,
    failure: 'image',
    why: 'its command lacks the right to be executed (chmod +x)',
  },
  {
    // Python, NumPy, C++, and the shell that reports the kernel's kill.
    words:
      /\bMemoryError\b|_ArrayMemoryError|Unable to allocate [\d.]+ [KMGT]i?B|std::bad_alloc|Cannot allocate memory|out of memory|^Killed$/im,
    failure: 'out-of-memory',
    why: 'it ran out of memory; raise memoryGB, or load the data in parts',
  },
  {
    // numerapi prints Numerai's own answer, see numerai/graphql.ts. https://github.com/uuazed/numerapi/blob/master/numerapi/base_api.py
    words:
      /not authenticated|session is invalid|insufficient permission for |API keys? (is |are )?(required|invalid)|api-tournament\.numer\.ai[^\n]*\b401\b|\b401\b[^\n]*api-tournament\.numer\.ai/i,
    failure: 'secret',
    why: 'Numerai refused the API key that it uses; make one at https://numer.ai/account that may read user info, read submission info and upload submissions, and set its secrets (npm run azure:secrets)',
  },
  {
    // Numerai's refusal of an upload, as the app meets it too (numerai/numerai.ts).
    words: /current round not open for submissions/i,
    failure: 'not-ready',
    why: 'Numerai does not take submissions for the round yet, or no longer',
  },
  {
    words: /ModuleNotFoundError|ImportError: (No module|cannot import)|Cannot find module /,
    failure: 'image',
    why: 'the image lacks a package that the program needs',
  },
  {
    words: /No space left on device|ENOSPC/i,
    failure: 'exit-code',
    why: 'its disk is full; write less, or to a volume',
  },
  {
    words:
      /Temporary failure in name resolution|Name or service not known|getaddrinfo (EAI_AGAIN|ENOTFOUND)|Max retries exceeded|ConnectTimeout|ReadTimeout|Connection (reset|refused|aborted)|\b50[234] (Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)/i,
    failure: 'exit-code',
    why: 'something that it asked over the network did not answer',
  },
];

/** How many of the last lines are looked at where there is no exception: an earlier warning is not the cause. */
const LINES = 10;

/**
 * Why a container ended with this code.
 * @param exitCode not 0.
 * @param log its log; null where it is not known (yet).
 */
export function failureOfExit(exitCode: number, log: string | null): FailureReason {
  const byLog = causeOfEnd(log === null ? [] : plainLines(log));
  const row = EXIT_CODES[exitCode] ?? byLog.row;
  const why = row?.why ?? (byLog.line === null ? 'its log says why' : null);
  const said = byLog.line === null ? '' : ` Its log says: ${quote(byLog.line, 300)}`;
  return {
    failure: row?.failure ?? 'exit-code',
    reason: `The container ended with exit code ${exitCode}${why === null ? '' : `; ${why}`}.${said}`,
  };
}

interface Cause {
  readonly row: Row | null;
  /** The line that tells it; null where there is none. */
  readonly line: string | null;
}

/** What the last lines say of an end: an exception counts more than a warning that was written after it. */
function causeOfEnd(lines: readonly string[]): Cause {
  const exception = lastException(lines);
  const last = exception === null ? withoutFrames(lines).slice(-LINES) : [exception];
  for (const row of LAST_LINES) {
    const line = last.findLast((candidate) => row.words.test(candidate));
    if (line !== undefined) return { row, line };
  }
  return { row: null, line: last.findLast((line) => TROUBLE.test(line)) ?? last.at(-1) ?? null };
}

const TROUBLE = /error|exception|fatal|fail|panic|cannot|could not|denied|refused/i;

/** The last line of the last traceback of Python: the exception with its message. */
function lastException(lines: readonly string[]): string | null {
  const start = lines.findLastIndex((line) => /^Traceback \(most recent call last\)/.test(line));
  if (start < 0) return null;
  return lines.slice(start + 1).find((line) => !/^\s/.test(line)) ?? null;
}
