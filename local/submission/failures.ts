// How the program ends when it does not end well, and the ways in which it can be told to.

/**
 * What the exit code says: the numbers of sysexits.h, which no program ends with by accident. The app does
 * not repeat a run that ended with 78. 137 is what the platform reports for the memory limit.
 */
export const EXIT = {
  done: 0,
  unexpected: 1,
  configuration: 78,
  roundNotOpen: 3,
  unavailable: 75,
} as const;

/** An end that a person can do something about: one sentence, and the exit code for it. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: number;

  constructor(exitCode: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}

export type ToldToFail =
  | { readonly kind: 'crash' }
  | { readonly kind: 'exit-code'; readonly code: number }
  | { readonly kind: 'no-submit' }
  | { readonly kind: 'slow'; readonly seconds: number }
  | { readonly kind: 'oom' };

/** `DEMO_FAIL`: crash, exit-code:N, no-submit, slow:SECONDS, oom. */
export function parseToldToFail(text: string | undefined): ToldToFail | null {
  if (text === undefined || text === '') return null;
  const [kind, value] = text.split(':');
  const number = value === undefined || value === '' ? Number.NaN : Number(value);
  switch (kind) {
    case 'crash':
    case 'no-submit':
    case 'oom':
      return { kind };
    case 'exit-code':
      if (Number.isInteger(number) && number >= 0 && number <= 255) return { kind, code: number };
      break;
    case 'slow':
      if (number >= 0) return { kind, seconds: number };
      break;
  }
  throw new Failure(
    EXIT.configuration,
    `DEMO_FAIL is "${text}"; it wants crash, exit-code:N, no-submit, slow:SECONDS or oom.`,
  );
}

const MEBIBYTE = 1024 * 1024;
const ENOUGH_MEMORY = 200 * MEBIBYTE;

/**
 * Uses up memory until it is killed. Where no limit is in force it kills itself after 200 MiB, with the
 * signal that the kernel would use, so that trying it out does not bring the machine down.
 */
export function runOutOfMemory(): never {
  const held: Buffer[] = [];
  while (held.length * 10 * MEBIBYTE < ENOUGH_MEMORY) held.push(Buffer.alloc(10 * MEBIBYTE, 1));
  process.kill(process.pid, 'SIGKILL');
  throw new Error('Still alive after SIGKILL.');
}
