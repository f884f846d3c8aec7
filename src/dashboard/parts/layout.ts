// The frame of every page.

import { type Html, html, type Value } from '../html.ts';
import { links } from '../links.ts';
import type { Tone } from '../tones.ts';

/** Where the style and the script are; a part of the address changes with their content. */
export interface Assets {
  readonly style: string;
  readonly script: string;
  readonly icon: (tone: Tone) => string;
}

/** What every page needs beside its data. */
export interface Frame {
  readonly assets: Assets;
  readonly now: Date;
  /** Where an operator may want to go from here, such as a runbook. */
  readonly links?: readonly { readonly text: string; readonly href: string }[];
}

export interface PageContent {
  /** Of the browser's tab. */
  readonly title: string;
  readonly tone: Tone;
  /** What leads here, from the overview on. */
  readonly trail?: readonly { readonly text: string; readonly href: string }[];
  readonly main: Value;
  /** Seconds after which the script fetches the page again; absent: never. */
  readonly refreshSeconds?: number;
  /** What the page is for the script: `key` asks for a key, `confirm` is shown as a dialog. */
  readonly kind?: 'key' | 'confirm';
}

/** Seconds between refreshes: more often while something is under way. */
export const REFRESH = { busy: 5, calm: 20 } as const;

/** A whole document. */
export function page(frame: Frame, content: PageContent): string {
  const { assets } = frame;
  const trail = content.trail ?? [];
  const document: Html = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${content.title}</title>
<link rel="icon" href="${assets.icon(content.tone)}" type="image/svg+xml">
<link rel="stylesheet" href="${assets.style}">
<script src="${assets.script}" defer></script>
</head>
<body data-kind="${content.kind ?? 'page'}" data-refresh="${content.refreshSeconds ?? 0}">
<a class="skip-link" href="#main">Skip to the content</a>
<header class="page-header">
<nav aria-label="Where you are"><a class="home-link" href="${links.overview}"><span class="tone-dot tone-${content.tone}" aria-hidden="true"></span>Numerai runs</a>
${trail.map(({ text, href }) => html` <span class="separator" aria-hidden="true">/</span> <a href="${href}">${text}</a>`)}</nav>
<p class="freshness"><span id="as-of">As of <time datetime="${frame.now.toISOString()}">${frame.now.toISOString().slice(11, 19)} UTC</time></span></p>
</header>
<main id="main" tabindex="-1">
${content.main}
</main>
<footer>${
    (frame.links ?? []).length > 0 &&
    html`<p class="footer-links">${(frame.links ?? []).map(({ text, href }) => html`<a href="${href}" rel="noreferrer">${text}</a>`)}</p>`
  }
<p>Times are in UTC<span id="zone"></span>. Costs are at list price.</p>
<noscript><p>Without JavaScript the page does not refresh by itself. Where the app asks for a key, each page you go to asks for it again.</p></noscript>
</footer>
</body>
</html>
`;
  return document.text;
}
