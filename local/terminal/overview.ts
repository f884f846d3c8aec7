// What `npm start` prints first. A newcomer reads it, so it says what runs where and what to do next.

import { stripVTControlCharacters, styleText } from 'node:util';
import type { LogEntry } from '../host/log.ts';

export interface Overview {
  readonly seconds: number;
  /** `http://localhost:7071` */
  readonly url: string;
  /** The open round of the demo's tournament. */
  readonly round: { readonly number: number; readonly closesAt: Date };
  readonly now: Date;
  readonly emulators: readonly {
    readonly name: string;
    readonly url: string;
    readonly note: string;
  }[];
  readonly folder: string;
  /** With authentication on: the key of the webhook, and the one that opens everything. */
  readonly keys?: { readonly webhook: string; readonly master: string };
}

const title = (text: string) => styleText('bold', text);
const dim = (text: string) => styleText('dim', text);
const link = (text: string) => styleText('cyan', text);

/** The first screen. */
export function overview(shown: Overview): string {
  const { url, round, keys } = shown;
  const host = url.replace(/^http:\/\//, '');
  const code = keys === undefined ? '' : `?code=${keys.webhook}`;
  const body = JSON.stringify({
    roundNumber: String(round.number),
    triggerId: 'abc',
    isTest: false,
    dataVersion: 5,
  });
  const target = `${host}/api/webhook/demo${code}`;
  const called = code === '' ? target : `'${target}'`;
  const open = (path: string) =>
    link(
      `${url}${path}${keys === undefined || path === '/api/health' ? '' : `?code=${keys.master}`}`,
    );
  return [
    '',
    `${title('The app is running')} ${dim(`(ready after ${shown.seconds.toFixed(1)} s)`)}`,
    ...table([
      ['Dashboard', open('/api/dashboard')],
      ['Status', open('/api/status')],
      ['Health', open('/api/health')],
    ]),
    '',
    `${title('Around it')} ${dim('(emulators that speak the real protocols)')}`,
    ...table(shown.emulators.map(({ name, url: at, note }) => [name, link(at), dim(note)])),
    '',
    title('Try it'),
    `  Round ${round.number} is open for ${duration(round.closesAt.getTime() - shown.now.getTime())} more. Call the webhook as Numerai does:`,
    '',
    `  curl -X POST ${called} -H 'content-type: application/json' -d '${body}'`,
    '',
    '  The container then downloads the data, predicts and submits. Some seconds later:',
    '',
    `  curl ${keys === undefined ? `${host}/api/status/demo` : `'${host}/api/status/demo?code=${keys.master}'`}`,
    '',
    '  The same call again answers with the same run: no round is submitted twice.',
    '',
    `${title('Ctrl-C')} ends everything. State stays in ${shown.folder}; ${title('npm start -- --fresh')} begins anew.`,
    '',
  ].join('\n');
}

/** Columns as wide as their widest cell, two spaces in. */
function table(rows: readonly (readonly string[])[]): string[] {
  const width = (text: string) => stripVTControlCharacters(text).length;
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, column) => Math.max(most[column] ?? 0, width(cell))),
    [],
  );
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell))).join('  ')}`.trimEnd(),
  );
}

/** `22 h 58 min`, `5 min` */
function duration(milliseconds: number): string {
  const minutes = Math.max(0, Math.round(milliseconds / 60_000));
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
}

const WIDTH_OF_FUNCTION = 12;
const QUIET = /^(Executing |Trigger Details:|Host started)/;
const EXECUTED = /^Executed '.*' \(Succeeded, .*Duration=(\d+)ms\)$/;

/**
 * A log entry as one line; undefined for what only says that a function began or that a timer's tick
 * ended well. The app's JSON lines become words.
 */
export function logLine(entry: LogEntry, timers: ReadonlySet<string>): string | undefined {
  const { message, functionName = '' } = entry;
  if (entry.source === 'host' && QUIET.test(message)) return undefined;
  const executed = EXECUTED.exec(message);
  if (executed !== null && timers.has(functionName)) return undefined;
  const said = executed === null ? wordsOf(message) : dim(`answered after ${executed[1]} ms`);
  const place = `${dim(entry.time.slice(11, 19))}  ${functionName.padEnd(WIDTH_OF_FUNCTION)}  `;
  return place + coloured(said, entry.level);
}

function coloured(text: string, level: LogEntry['level']): string {
  if (level === 'error' || level === 'critical') return styleText('red', text);
  if (level === 'warning') return styleText('yellow', text);
  return text;
}

/** Fields of a pino line that the place in front says already, or that say nothing on one machine. */
const IMPLIED = new Set([
  'level',
  'time',
  'msg',
  'function',
  'invocation',
  'invocationId',
  'pid',
  'hostname',
]);

function wordsOf(message: string): string {
  if (!message.startsWith('{')) return message;
  try {
    const fields: Record<string, unknown> = JSON.parse(message);
    const rest = Object.entries(fields)
      .filter(([name, value]) => !IMPLIED.has(name) && value !== null)
      .map(
        ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
      );
    return [String(fields.msg ?? ''), dim(rest.join(' '))].filter((part) => part !== '').join('  ');
  } catch {
    return message;
  }
}
