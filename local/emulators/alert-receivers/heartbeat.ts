// A service that misses a sign of life, as healthchecks.io does: each check has a URL that ends in its UUID, and takes
// HEAD, GET and POST (https://healthchecks.io/docs/http_api/).

import type { EmulatorAnswer, EmulatorCall } from '../emulator.ts';

const PATH = '/ping/';

/**
 * Answers a call of a check's URL; null for any other call.
 * @param check its UUID.
 */
export function receivePing(call: EmulatorCall, check: string, onPing: () => void): EmulatorAnswer | null {
  const { pathname } = call.url;
  if (!pathname.startsWith(PATH)) return null;
  if (!['HEAD', 'GET', 'POST'].includes(call.method)) return say(405, 'method not allowed');
  if (pathname.slice(PATH.length) !== check) return say(404, 'not found');
  onPing();
  return say(200, 'OK');
}

const say = (status: number, body: string): EmulatorAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body,
});
