// What a command shows: lines of text, or one JSON document. Whatever leaves passes the redaction.

import { styleText } from 'node:util';
import type { Redaction } from '../src/lib/util/redaction.ts';

export interface Output {
  /** A line of the result; with `--json` it is left out. */
  line(text?: string): void;
  /** Something beside the result, to standard error: it does not disturb a program that reads the result. */
  note(text: string): void;
  /** Replaces the line that says what is being waited for; only where a person watches. */
  progress(text: string | null): void;
  /** The result for programs; without `--json` it is left out. */
  result(value: unknown): void;
}

interface Streams {
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
}

export function createOutput(json: boolean, redaction: Redaction, { out, err }: Streams): Output {
  let shown = false;
  const clear = () => {
    if (shown) err.write('\r\u001b[K');
    shown = false;
  };
  return {
    line(text = '') {
      if (json) return;
      clear();
      out.write(`${redaction.apply(text)}\n`);
    },
    note(text) {
      clear();
      err.write(`${redaction.apply(text)}\n`);
    },
    progress(text) {
      if (!err.isTTY) return;
      clear();
      if (text === null) return;
      err.write(styleText('dim', redaction.apply(text).slice(0, Math.max(20, err.columns - 1))));
      shown = true;
    },
    result(value) {
      if (json) out.write(`${redaction.apply(JSON.stringify(value, null, 2))}\n`);
    },
  };
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** An address with everything that may be a key left out. */
export function maskedUrl(text: string): string {
  if (!URL.canParse(text)) return '(not an address)';
  const url = new URL(text);
  const names = [...url.searchParams.keys()];
  const query = names.length === 0 ? '' : `?${names.map((name) => `${name}=…`).join('&')}`;
  return `${url.protocol}//${url.host}${url.pathname}${query}`;
}

/** `1 h 20 min`, `5 min`, `40 s` */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
}

/** `2026-04-01 12:00 UTC` */
export function moment(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
