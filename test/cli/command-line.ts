// Runs `npm run numerai -- …` in the test's own process, with no other environment than the given one.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, expect } from 'vitest';
import type { ExitCode } from '../../cli/failure.ts';
import { runCommandLine } from '../../cli/program.ts';
import { DEMO_PUBLIC_ID, DEMO_SECRET_KEY } from '../../local/environment/demo.ts';
import { type Clock, systemClock } from '../../src/lib/util/clock.ts';

export const ACCOUNT_KEYS = {
  NUMERAI_PUBLIC_ID: DEMO_PUBLIC_ID,
  NUMERAI_SECRET_KEY: DEMO_SECRET_KEY,
};

export interface Ended {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

export interface Options {
  /** Default: the machine's folder for temporary files. */
  readonly folder?: string;
  readonly clock?: Clock;
  /** What a person types, or a pipe has. */
  readonly typed?: string;
  /** Print as in a terminal of so many columns; default: as in a pipe. */
  readonly columns?: number;
}

/** A folder for the test file: away from the project, where somebody may have an .env of their own. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'commands-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Everything that the commands of this test file have printed, to be searched for keys. */
let printed = '';

export async function numerai(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  { folder = tmpdir(), clock = systemClock, columns, typed = '' }: Options = {},
): Promise<Ended> {
  const [out, err] = [collector(columns), collector(columns)];
  const code = await runCommandLine(args, { environment, folder, out, err, clock, typed: async () => typed });
  printed += out.text + err.text;
  // A program reads one document, however the command ended.
  if (args.includes('--json') && !args.includes('--watch')) expect(() => JSON.parse(out.text), out.text).not.toThrow();
  return { code, out: out.text, err: err.text };
}

/** No command of this test file has printed one of these, in whatever form. */
export function expectNeverPrinted(secrets: readonly string[]): void {
  expect(printed.length).toBeGreaterThan(1000);
  for (const secret of secrets) {
    expect(printed).not.toContain(secret);
    expect(printed).not.toContain(encodeURIComponent(secret));
  }
}

/** An address at which nothing listens. */
export async function nowhere(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return `http://localhost:${typeof address === 'object' ? address?.port : 0}`;
}

function collector(columns: number | undefined) {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _, done) {
      collected.text += chunk;
      done();
    },
  });
  const collected = Object.assign(stream, {
    text: '',
    ...(columns === undefined ? {} : { isTTY: true, columns }),
  });
  return collected;
}
