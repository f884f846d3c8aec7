// How the program ends when it fails, and the failures that it can be asked for.

import { setTimeout } from 'node:timers/promises';

/**
 * The exit codes. 75 and 78 come from sysexits.h, so that no program ends with them by accident. The app repeats 75
 * without counting it, and 78 when something has changed. The platform reports 137 for the memory limit.
 */
export const EXIT = {
  done: 0,
  unexpected: 1,
  configuration: 78,
  roundNotOpen: 3,
  unavailable: 75,
} as const;

/** A failure with a cause that a person can understand: a sentence and an exit code. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: number;

  constructor(exitCode: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}

export type RequestedFailure =
  | { readonly kind: 'crash' }
  | { readonly kind: 'exit-code'; readonly code: number }
  | { readonly kind: 'no-submit' }
  /** The upload for this model fails while there are others to submit for. */
  | { readonly kind: 'slot'; readonly name: string }
  | { readonly kind: 'slow'; readonly seconds: number }
  | { readonly kind: 'oom' };

/** `DEMO_FAIL`: crash, exit-code:N, no-submit, slot:NAME, slow:SECONDS, oom. */
export function parseRequestedFailure(text: string | undefined): RequestedFailure | null {
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
    case 'slot':
      if (value !== undefined && value !== '') return { kind, name: value };
      break;
    case 'slow':
      if (number >= 0) return { kind, seconds: number };
      break;
  }
  throw new Failure(
    EXIT.configuration,
    `DEMO_FAIL is "${text}"; it must be crash, exit-code:N, no-submit, slot:NAME, slow:SECONDS or oom.`,
  );
}

/** What submissions and training can be asked for; the rest concerns uploads, and is left to them. */
export async function failAsRequested(failure: RequestedFailure | null): Promise<void> {
  switch (failure?.kind) {
    case 'crash':
      throw new Error('DEMO_FAIL=crash: this is the requested crash.');
    case 'exit-code':
      throw new Failure(failure.code, `DEMO_FAIL=exit-code: ending with ${failure.code}.`);
    case 'oom':
      console.log('DEMO_FAIL=oom: using memory until killed.');
      return runOutOfMemory();
    case 'slow':
      console.log(`DEMO_FAIL=slow: waiting ${failure.seconds} s.`);
      return setTimeout(failure.seconds * 1000);
    default:
  }
}

const MEBIBYTE = 1024 * 1024;
const MEMORY_LIMIT = 200 * MEBIBYTE;

/**
 * Uses memory until the process is killed. If no limit applies, it kills itself after 200 MiB with the signal
 * that the kernel would use, so that the machine survives.
 */
function runOutOfMemory(): never {
  const held: Buffer[] = [];
  while (held.length * 10 * MEBIBYTE < MEMORY_LIMIT) held.push(Buffer.alloc(10 * MEBIBYTE, 1));
  process.kill(process.pid, 'SIGKILL');
  throw new Error('Still alive after SIGKILL.');
}
