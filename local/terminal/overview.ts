// What `npm start` prints first. A newcomer reads it, so it says what runs where and what to do next.

import { stripVTControlCharacters, styleText } from 'node:util';

export interface Overview {
  readonly seconds: number;
  /** `http://localhost:7071` */
  readonly url: string;
  /** The first model of the list. */
  readonly model: string;
  /** The open round of its tournament. */
  readonly round: { readonly number: number; readonly closesAt: Date };
  readonly now: Date;
  readonly emulators: readonly (readonly [name: string, url: string, note: string])[];
  readonly folder: string;
  /** What starts from scratch there; null where each start does. */
  readonly fresh: string | null;
  /** With authentication on: the key of the webhook, and the master key. */
  readonly keys?: { readonly webhook: string; readonly master: string };
}

const title = (text: string) => styleText('bold', text);
const dim = (text: string) => styleText('dim', text);
const link = (text: string) => styleText('cyan', text);

/** The first screen. */
export function overview(shown: Overview): string {
  const { url, model, round, keys } = shown;
  const host = url.replace(/^http:\/\//, '');
  const code = keys === undefined ? '' : `?code=${keys.webhook}`;
  const body = JSON.stringify({
    roundNumber: String(round.number),
    triggerId: 'abc',
    isTest: false,
    dataVersion: 5,
  });
  const target = `${host}/api/webhook/${model}${code}`;
  const called = code === '' ? target : `'${target}'`;
  const open = (path: string) =>
    link(`${url}${path}${keys === undefined || path === '/api/health' ? '' : `?code=${keys.master}`}`);
  return [
    '',
    `${title('The app is running')} ${dim(`(ready after ${shown.seconds.toFixed(1)} s)`)}`,
    ...table([
      ['Dashboard', open('/api/dashboard')],
      ['Status', open('/api/status')],
      ['Health', open('/api/health')],
    ]),
    '',
    `${title('Emulators')} ${dim('(each speaks the protocol of the real service)')}`,
    ...table(shown.emulators.map(([name, at, note]) => [name, link(at), dim(note)])),
    '',
    title('Try it'),
    `  Round ${round.number} is open for another ${duration(round.closesAt.getTime() - shown.now.getTime())}. Call the webhook as Numerai does:`,
    '',
    `  curl -X POST ${called} -H 'content-type: application/json' -d '${body}'`,
    '',
    '  The container downloads the data, predicts and submits. See the result some seconds later:',
    '',
    `  curl ${keys === undefined ? `${host}/api/status/${model}` : `'${host}/api/status/${model}?code=${keys.master}'`}`,
    '',
    '  Call the webhook again: it returns the same run, since no round is submitted twice.',
    '',
    `${title('Ctrl-C')} stops everything. State is kept in ${shown.folder}; ${shown.fresh === null ? 'each drill' : title(shown.fresh)} starts from scratch.`,
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
