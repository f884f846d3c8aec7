// A browser for tests, and pages in it that record every trouble and every request.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { findChromium, launchChromium } from '../../../scripts/browser.ts';

const chromium = findChromium();
const NO_CHROMIUM = 'There is no Chromium on this machine. CHROMIUM_PATH may name one.';

/** Tests in a browser. On a machine without one they are skipped by name; on CI they fail. */
export function describeInBrowser(name: string, define: () => void): void {
  if (chromium === undefined) {
    if (process.env.CI) throw new Error(NO_CHROMIUM);
    console.warn(`Skipped: ${name}. ${NO_CHROMIUM}`);
  }
  describe.skipIf(chromium === undefined)(name, define);
}

/** Starts the browser. */
export function launch(): Promise<Browser> {
  if (chromium === undefined) throw new Error(NO_CHROMIUM);
  return launchChromium(chromium);
}

/** Every width and every colour scheme, if not every pair of them. */
const LOOKS = [
  { width: 360, dark: true },
  { width: 1600, dark: false },
];
/** The other pairs: of what the first ones have shown, only the colours are new. */
const MORE_LOOKS = [
  { width: 360, dark: false },
  { width: 1600, dark: true },
];

export interface Watched {
  readonly page: Page;
  /** Console errors, exceptions, blocked or failed requests, requests to anywhere else. */
  readonly troubles: string[];
  /** Every request: address and headers. */
  readonly requests: { readonly url: string; readonly headers: Record<string, string> }[];
  close(): Promise<void>;
}

export interface Look extends BrowserContextOptions {
  readonly width?: number;
  readonly dark?: boolean;
}

/** Opens a page of its own, with a reader in New York. */
export async function openPage(browser: Browser, look: Look = {}): Promise<Watched> {
  const { width = 1280, dark = false, ...more } = look;
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
    timezoneId: 'America/New_York',
    locale: 'en-GB',
    ...more,
  });
  const page = await context.newPage();
  const troubles: string[] = [];
  const requests: { url: string; headers: Record<string, string> }[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => troubles.push(`exception: ${error.message}`));
  page.on('requestfailed', (request) => {
    // A refresh that a click overtakes is given up on purpose.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED')
      troubles.push(`failed: ${request.url()} ${request.failure()?.errorText}`);
  });
  page.on('request', (request) => requests.push({ url: request.url(), headers: request.headers() }));
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, troubles, requests, close: () => context.close() };
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly {
    readonly target: readonly string[];
    readonly failureSummary: string;
  }[];
}

/** WCAG 2.2 A and AA, and axe's best practices. */
const ALL_RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Those that look at colours. */
const RULES_OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** Audits the page as it is now. */
export async function audit(page: Page, rules = ALL_RULES): Promise<void> {
  // Half a megabyte: once a page.
  if (!(await page.evaluate<boolean>(`'axe' in window`))) await page.evaluate(axe);
  // What is half faded in has half its contrast.
  await page.evaluate(`Promise.allSettled(document.getAnimations()
    .filter((animation) => animation.effect.getTiming().iterations !== Infinity)
    .map((animation) => animation.finished))`);
  const violations: Violation[] = await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(rules)} }).then((result) => result.violations)`,
  );
  expect(
    violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .map((node) => `${node.target.join(' ')} ${node.failureSummary}`)
          .slice(0, 3)
          .join(' | ')}`,
    ),
  ).toEqual([]);
}

/** Nothing sticks out at the side. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const [content, view] = await page.evaluate<[number, number]>(
    '[document.scrollingElement.scrollWidth, document.documentElement.clientWidth]',
  );
  expect(content).toBeLessThanOrEqual(view);
}

/**
 * Nothing sticks out at the side, and all can be read, at every width and in every colour scheme: one load of the page is
 * enough, since only its style differs.
 */
export async function expectFineInEachLook(page: Page, { allPairs = true } = {}): Promise<void> {
  const looks = [
    ...LOOKS.map((each) => ({ ...each, rules: ALL_RULES })),
    ...(allPairs ? MORE_LOOKS : []).map((each) => ({ ...each, rules: RULES_OF_COLOURS })),
  ];
  for (const { width, dark, rules } of looks) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
    await expectNoSidewaysScroll(page);
    await audit(page, rules);
  }
}
