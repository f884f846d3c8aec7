// Pages as answers: the headers that keep them from being kept, framed, or fed from elsewhere.

import { script, style } from 'dashboard:assets';
import { createHash } from 'node:crypto';
import type { Assets, Frame } from '../../dashboard/parts/layout.ts';
import type { Tone } from '../../dashboard/tones.ts';
import type { Settings } from '../../lib/config/settings.ts';

/**
 * Nothing comes from outside of the app, nothing is inline: a value that got into a page unescaped would
 * still do nothing.
 */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
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

/** A page with its headers. */
export interface PageAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The page as an answer, with more headers where there are any. */
export function htmlPage(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): PageAnswer {
  return { status, headers: { ...PAGE_HEADERS, ...headers }, body };
}

const TONE_COLOURS = {
  good: '#2f8f5b',
  quiet: '#8a8f98',
  busy: '#2f6fd0',
  warn: '#c98a12',
  bad: '#d03a2f',
} as const satisfies Record<Tone, string>;

const icon = (colour: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="${colour}"/></svg>`;

interface Asset {
  readonly type: string;
  readonly content: string;
}

/** All that the pages load, by name. No data of anybody is in it. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map([
  ['dashboard.css', { type: 'text/css; charset=utf-8', content: style }],
  ['dashboard.js', { type: 'text/javascript; charset=utf-8', content: script }],
  ...Object.entries(TONE_COLOURS).map(([tone, colour]): [string, Asset] => [
    `${tone}.svg`,
    { type: 'image/svg+xml', content: icon(colour) },
  ]),
]);

const versionOf = (content: string): string =>
  createHash('sha256').update(content).digest('hex').slice(0, 12);

const url = (name: string): string =>
  `/api/dashboard-assets/${name}?v=${versionOf(ASSETS.get(name)?.content ?? '')}`;

let made: Assets | undefined;

/** Where the assets are; their addresses change with their content, so they may be kept for ever. */
export function assets(): Assets {
  made ??= {
    style: url('dashboard.css'),
    script: url('dashboard.js'),
    icon: (tone: Tone) => url(`${tone}.svg`),
  };
  return made;
}

/** @param settings absent where they are wrong, or not for everybody's eyes. */
export function frameAt(now: Date, settings?: Pick<Settings, 'dashboardLinks'>): Frame {
  return { assets: assets(), now, links: settings?.dashboardLinks ?? [] };
}
