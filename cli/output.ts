// What a command prints: lines of text, or one JSON document. Everything passes the redaction.

import { styleText } from 'node:util';
import type { Redaction } from '../src/lib/util/redaction.ts';

type Style = Parameters<typeof styleText>[0];

export interface Output {
  /** A line of the result; left out with `--json`. */
  line(text?: string): void;
  /** Something beside the result, to standard error: a program that reads the result does not see it. */
  note(text: string): void;
  /** Replaces the line that says what the command is waiting for; only in a terminal. Null removes it. */
  progress(text: string | null): void;
  /** The result for programs; left out without `--json`. */
  result(value: unknown): void;
  /** One of many results, each in a line of its own. */
  resultLine(value: unknown): void;
  /** A view that is shown in place of the one before: in a terminal; in a pipe, where it has changed, below it. */
  view(lines: readonly string[]): void;
  /** Redacts a value from now on. */
  keepSecret(value: string): void;
  /** Text in a colour, where standard output is a terminal. */
  styled(style: Style, text: string): string;
}

/** Standard output or standard error: the process's own, or a test's. */
export interface Stream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

interface Streams {
  readonly out: Stream;
  readonly err: Stream;
}

const USUAL_COLUMNS = 80;
const CLEAR_LINE = '\r\u001b[K';
const CLEAR_SCREEN = '\u001b[2J\u001b[H';

export function createOutput(json: boolean, redaction: Redaction, { out, err }: Streams): Output {
  let shown = false;
  let viewed = '';
  let inLines = false;
  const clear = () => {
    if (shown) err.write(CLEAR_LINE);
    shown = false;
  };
  const print = (stream: Stream, text: string) => {
    clear();
    stream.write(`${redaction.apply(text)}\n`);
  };
  return {
    line(text = '') {
      if (!json) print(out, text);
    },
    note: (text) => print(err, text),
    progress(text) {
      clear();
      if (text === null || err.isTTY !== true) return;
      err.write(styled(err, 'dim', fitting(redaction.apply(text), err.columns || USUAL_COLUMNS)));
      shown = true;
    },
    result(value) {
      if (json) print(out, JSON.stringify(value, null, inLines ? 0 : 2));
    },
    resultLine(value) {
      inLines = true;
      if (json) print(out, JSON.stringify(value));
    },
    view(lines) {
      const text = lines.join('\n');
      if (json || text === viewed) return;
      if (out.isTTY === true && viewed !== '') out.write(CLEAR_SCREEN);
      else if (viewed !== '') print(out, '');
      viewed = text;
      print(out, text);
    },
    keepSecret: (value) => redaction.add(value),
    styled: (style, text) => styled(out, style, text),
  };
}

/** The text on one line of a terminal: a second line could not be removed again. */
function fitting(text: string, columns: number): string {
  return text.length < columns ? text : `${text.slice(0, columns - 2)}…`;
}

/** Node.js itself respects NO_COLOR and its like. */
function styled(stream: Stream, style: Style, text: string): string {
  return stream.isTTY === true ? styleText(style, text, { stream }) : text;
}
