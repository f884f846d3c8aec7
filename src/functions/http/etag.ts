// Answers that need not be sent again to whoever has them already.

import { createHash } from 'node:crypto';
import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { json } from './responses.ts';

/**
 * A weak ETag (RFC 9110): it stays the same while the answer means the same, though members that merely
 * follow the clock have moved on.
 * @param passing names of those members.
 */
export function weakEtag(body: unknown, passing: readonly string[]): string {
  const steady = JSON.stringify(body, (key, value: unknown) =>
    passing.includes(key) ? undefined : value,
  );
  return `W/"${createHash('sha256').update(steady).digest('base64url').slice(0, 27)}"`;
}

/** The answer as JSON, or 304 where the request names its ETag. */
export function conditionalJson(
  request: HttpRequest,
  body: unknown,
  passing: readonly string[],
): HttpResponseInit {
  const etag = weakEtag(body, passing);
  // To be kept by the one who asked, and asked for again each time.
  const headers = { etag, 'cache-control': 'private, no-cache' };
  return matches(request.headers.get('if-none-match'), etag)
    ? { status: 304, headers }
    : json(200, body, headers);
}

/** The weak comparison of RFC 9110, section 8.8.3.2: whether either says `W/` does not matter. */
function matches(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.split(',').some((tag) => opaque(tag) === opaque(etag));
}
