// A long list on several pages, and a search by name. Links and a form: it needs no script.

import { plural } from '../format.ts';
import { type Html, html } from '../html.ts';
import { links } from '../links.ts';

/** What the reader has chosen to see. */
export interface Chosen {
  /** From 1; past the end it is the last one. */
  readonly page: number;
  /** A part of a name; empty: all. */
  readonly find: string;
}

const ROWS_A_PAGE = 50;

/** The rows of one page. */
export function pageOf<T>(rows: readonly T[], { page }: Chosen) {
  const pages = Math.max(1, Math.ceil(rows.length / ROWS_A_PAGE));
  const number = Math.min(Math.max(1, Math.trunc(page)), pages);
  return { shown: rows.slice((number - 1) * ROWS_A_PAGE, number * ROWS_A_PAGE), number, pages };
}

/** Leads to the pages before and after; nothing where there is one. */
export function pager({ number, pages }: { readonly number: number; readonly pages: number }, find: string): Html {
  if (pages === 1) return html``;
  const to = (page: number, words: string) =>
    page >= 1 && page <= pages && html`<a class="button" href="${links.overviewPage({ page, find })}">${words}</a>`;
  return html`<nav class="actions pager" aria-label="Pages">${to(number - 1, 'Previous page')} <span>Page ${number} of ${pages}</span> ${to(number + 1, 'Next page')}</nav>`;
}

/** The search; nothing where all fits on a page and nothing is sought. @param count how many are found. */
export function search(find: string, all: number, count: number): Html {
  if (find === '' && all <= ROWS_A_PAGE) return html``;
  return html`<form class="actions" method="get" action="${links.overview}" role="search">
<label>Name <input name="find" value="${find}" maxlength="36"></label> <button class="button" type="submit">Find</button>
${find !== '' && html`<span>${plural(count, 'name')} with “${find}”</span> <a class="button" href="${links.overview}">Show all</a>`}</form>`;
}
