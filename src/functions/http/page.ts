// Pages as answers: the headers that keep them from being kept, framed, or fed from elsewhere.

import { script, style } from 'dashboard:assets';
import { createHash } from 'node:crypto';
import type { Frame } from '../../dashboard/parts/layout.ts';
import type { Settings } from '../../lib/config/settings.ts';
import type { Call } from './handler.ts';

/**
 * Nothing comes from outside of the app, nothing is inline but the icon: a value that got into a page
 * unescaped would still do nothing.
 */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** The page as an answer, with more headers where there are any. */
export function htmlPage(status: number, body: string, headers: Record<string, string> = {}) {
  return { status, headers: { ...PAGE_HEADERS, ...headers }, body };
}

/** All that the pages load, by name. No data of anybody is in it. */
export const ASSETS: ReadonlyMap<string, { readonly type: string; readonly content: string }> = new Map([
  ['dashboard.css', { type: 'text/css; charset=utf-8', content: style }],
  ['dashboard.js', { type: 'text/javascript; charset=utf-8', content: script }],
]);

/** The address changes with the content, so that it may be kept for ever. */
function addressOf(name: string, content: string): string {
  const hash = createHash('sha256').update(content).digest('hex');
  return `/api/dashboard-assets/${name}?v=${hash.slice(0, 12)}`;
}

const assets = {
  style: addressOf('dashboard.css', style),
  script: addressOf('dashboard.js', script),
};

/** @param settings absent where they are wrong, or not for everybody's eyes. */
export function frameAt(now: Date, settings?: Pick<Settings, 'dashboardLinks'>): Frame {
  return { assets, now, links: settings?.dashboardLinks ?? [] };
}

/** The frame of a page that a call is answered with. */
export function frameOf({ services: { clock, settings } }: Call): Frame {
  return frameAt(clock.now(), settings);
}
