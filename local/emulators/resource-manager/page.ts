// A list, page by page, as Resource Manager answers it: the rest stands behind a link.

import type { EmulatorCall } from '../emulator.ts';

interface Pages {
  readonly apiVersion: string;
  readonly pageSize: number;
  /** Where the emulator listens. */
  readonly url: string;
  /** By which the provider asks for the next page. */
  readonly parameter: '$skiptoken' | '$skip';
}

/** The page that is asked for, and the link to the next one; null on the last. */
export function pageOf<T>(
  all: readonly T[],
  request: EmulatorCall,
  { apiVersion, pageSize, url, parameter }: Pages,
): { readonly items: readonly T[]; readonly nextLink: string | null } {
  const from = Number(request.url.searchParams.get(parameter) ?? '0');
  const upTo = from + pageSize;
  const next = new URL(request.url.pathname, url);
  next.searchParams.set('api-version', apiVersion);
  next.searchParams.set(parameter, String(upTo));
  return { items: all.slice(from, upTo), nextLink: upTo < all.length ? next.href : null };
}
