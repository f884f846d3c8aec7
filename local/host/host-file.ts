// The settings of host.json that this host supports.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOG_LEVELS, type LogLevel } from './log.ts';

export interface HostFile {
  /** First segment of every function's route; empty: none. */
  readonly routePrefix: string;
  /** Milliseconds an invocation may take. */
  readonly functionTimeoutMs: number;
  /** Added to every response. */
  readonly customHeaders: Readonly<Record<string, string>>;
  /** The app's own messages are logged from this level on. */
  readonly logLevel: LogLevel;
}

/** The default of Flex Consumption and Premium: 30 minutes. */
const DEFAULT_TIMEOUT_MS = 30 * 60 * 1000;

/** Reads host.json in `appFolder`. Throws if it is missing or not JSON; the real host does not start either. */
export async function readHostFile(appFolder: string): Promise<HostFile> {
  const file = join(appFolder, 'host.json');
  const content: unknown = JSON.parse(await readFile(file, 'utf8'));
  const http = at(content, 'extensions', 'http');
  const prefix = at(http, 'routePrefix');
  return {
    routePrefix: typeof prefix === 'string' ? prefix.replace(/^\/|\/$/g, '') : 'api',
    functionTimeoutMs: parseTimeSpan(at(content, 'functionTimeout')) ?? DEFAULT_TIMEOUT_MS,
    customHeaders: stringsOf(at(http, 'customHeaders')),
    logLevel:
      logLevel(at(content, 'logging', 'logLevel', 'Function')) ??
      logLevel(at(content, 'logging', 'logLevel', 'default')) ??
      'information',
  };
}

/** Milliseconds of .NET's `[d.]hh:mm:ss`. `-1` means no limit. */
export function parseTimeSpan(value: unknown): number | undefined {
  if (value === '-1') return Number.POSITIVE_INFINITY;
  if (typeof value !== 'string') return undefined;
  const match = /^(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?$/.exec(value.trim());
  if (match === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1, 5).map((n) => Number(n ?? 0));
  const fraction = Number(`0.${match[5] ?? 0}`);
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds + fraction) * 1000;
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

function stringsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}

function logLevel(value: unknown): LogLevel | undefined {
  return LOG_LEVELS.find((level) => level === String(value ?? '').toLowerCase());
}
