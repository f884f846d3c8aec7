// The frame of every page.

import { html, type Value } from '../html.ts';
import { links } from '../links.ts';
import type { Tone } from '../tones.ts';

interface Link {
  readonly text: string;
  readonly href: string;
}

/** What every page needs beside its data. */
export interface Frame {
  /** Where the style and the script are; a part of the address changes with their content. */
  readonly assets: { readonly style: string; readonly script: string };
  readonly now: Date;
  /** Where an operator may want to go from here, such as a runbook. */
  readonly links: readonly Link[];
}

export interface PageContent {
  readonly title: string;
  readonly tone: Tone;
  /** What leads here, from the overview on. */
  readonly trail?: readonly Link[];
  readonly main: Value;
  /** Seconds after which the script fetches the page again; absent: never. */
  readonly refreshSeconds?: number;
}

/** Seconds between refreshes: more often while something is under way. */
export const REFRESH = { busy: 5, calm: 20 } as const;

const ICON_COLOURS = {
  good: '#2f8f5b',
  quiet: '#8a8f98',
  busy: '#2f6fd0',
  warn: '#c98a12',
  bad: '#d03a2f',
} as const satisfies Record<Tone, string>;

/** A dot for the browser's tab. */
function icon(tone: Tone): string {
  const circle = `<circle cx="8" cy="8" r="7" fill="${ICON_COLOURS[tone]}"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${circle}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** A whole document. */
export function page(frame: Frame, content: PageContent): string {
  const { assets, now } = frame;
  const { title, tone, trail = [], main, refreshSeconds } = content;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Numerai runs</title>
<link rel="icon" href="${icon(tone)}">
<link rel="stylesheet" href="${assets.style}">
<script src="${assets.script}" defer></script>
</head>
<body>
<a class="visually-hidden" href="#main">Skip to the content</a>
<header>
<nav aria-label="Where you are"><a href="${links.overview}"><strong>Numerai runs</strong></a>
${trail.map(({ text, href }) => html` <span class="muted" aria-hidden="true">/</span> <a href="${href}">${text}</a>`)}</nav>
<p class="freshness"><span id="as-of">As of <time datetime="${now.toISOString()}">${now.toISOString().slice(11, 19)} UTC</time></span>
${refreshSeconds !== undefined && html`<button class="button scripted" id="pause" type="button" aria-pressed="false" data-seconds="${refreshSeconds}">Pause refreshing</button>`}</p>
</header>
<main id="main" tabindex="-1">
${main}
</main>
<footer>
${frame.links.length > 0 && html`<p class="fact-line">${frame.links.map(({ text, href }) => html`<a href="${href}" rel="noreferrer">${text}</a>`)}</p>`}
<p>Times are in UTC<span id="zone"></span>. Costs are at list price.</p>
<noscript><p>Without JavaScript the page does not refresh by itself. Where the app asks for a key, each page you go to asks for it again.</p></noscript>
</footer>
<dialog></dialog>
</body>
</html>
`.text;
}
