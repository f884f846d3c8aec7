// The log of `npm start`: the host's entries as lines for a person.

import { styleText } from 'node:util';
import type { LogEntry } from '../host/log.ts';

const dim = (text: string) => styleText('dim', text);

const WIDTH_OF_FUNCTION = 12;
const QUIET = /^(Executing |Trigger Details:|Host started)/;
const EXECUTED = /^Executed '.*' \(Succeeded, .*Duration=(\d+)ms\)$/;

/**
 * A log entry as one line; undefined if it only says that a function began or that a timer's tick succeeded.
 * The app's JSON lines become words.
 */
export function logLine(entry: LogEntry, timers: ReadonlySet<string>): string | undefined {
  const { message, functionName = '' } = entry;
  if (entry.source === 'host' && QUIET.test(message)) return undefined;
  const executed = EXECUTED.exec(message);
  if (executed !== null && timers.has(functionName)) return undefined;
  const text = executed === null ? wordsOf(message) : dim(`answered after ${executed[1]} ms`);
  const place = `${dim(entry.time.slice(11, 19))}  ${functionName.padEnd(WIDTH_OF_FUNCTION)}  `;
  return place + coloured(text, entry.level);
}

function coloured(text: string, level: LogEntry['level']): string {
  if (level === 'error' || level === 'critical') return styleText('red', text);
  if (level === 'warning') return styleText('yellow', text);
  return text;
}

/** Fields of a pino line that the start of the line shows already, or that are the same everywhere on one machine. */
const IMPLIED = new Set(['level', 'time', 'msg', 'function', 'invocation', 'invocationId', 'pid', 'hostname']);

function wordsOf(message: string): string {
  if (!message.startsWith('{')) return message;
  try {
    const fields: Record<string, unknown> = JSON.parse(message);
    const rest = Object.entries(fields)
      .filter(([name, value]) => !IMPLIED.has(name) && value !== null)
      .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
    return [String(fields.msg ?? ''), dim(rest.join(' '))].filter((part) => part !== '').join('  ');
  } catch {
    return message;
  }
}
