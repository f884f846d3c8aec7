import type { Browser, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import type { Environment } from '../../../local/environment/environment.ts';
import { type History, openHistory } from '../../../local/scenes/history.ts';
import { pastRecord } from '../../../local/scenes/past-run.ts';
import { openingOf, ROUND } from '../../../local/scenes/rounds.ts';
import { modelsNamed } from '../../../local/scenes/scene.ts';
import { describeInBrowser, openPage, type Watched } from './browser.ts';
import { startWithBrowser } from './environment.ts';

/** More than the longest time between two refreshes. */
const A_WHILE_MS = 30_000;

describeInBrowser('a page that refreshes itself', () => {
  let environment: Environment;
  let browser: Browser;
  let history: History;

  beforeAll(async () => {
    [environment, browser] = await startWithBrowser({
      models: modelsNamed(['first', 'second', 'third']),
    });
    history = openHistory(environment);
    await history.tick();
    await submit('first', 'second');
  });

  const submit = (...names: string[]) =>
    history.write(
      names.map((name) =>
        pastRecord({
          model: history.model(name),
          round: ROUND,
          at: openingOf(ROUND, new Date()),
        }),
      ),
    );

  /** The overview, in a page whose clock the test moves. */
  async function openOverview(): Promise<Watched> {
    const watched = await openPage(browser, { width: 360 });
    await watched.page.clock.install();
    await watched.page.goto(`${environment.host.url}/api/dashboard`);
    return watched;
  }

  const asOf = (page: Page) => page.locator('#as-of time').getAttribute('datetime');
  const focused = (page: Page) => page.evaluate('document.activeElement.textContent');

  async function waitForRefresh(page: Page): Promise<void> {
    const before = await asOf(page);
    await page.clock.fastForward(A_WHILE_MS);
    await expect.poll(() => asOf(page), { timeout: 10_000 }).not.toBe(before);
  }

  test('leaves the reader where they are', async () => {
    const { page, troubles, close } = await openOverview();
    await page.locator('.legend summary').click();
    await page.getByRole('link', { name: 'Log of first' }).focus();
    await page.evaluate('scrollTo(0, 300)');
    await waitForRefresh(page);
    expect(await page.evaluate('scrollY')).toBe(300);
    expect(await focused(page)).toBe('Log of first');
    expect(await page.locator('.legend').getAttribute('open')).not.toBeNull();
    expect(troubles).toEqual([]);
    await close();
  });

  test('does not refresh while it is paused, or while a question is open', async () => {
    const { page, requests, troubles, close } = await openOverview();
    const refreshes = async () => {
      // What was asked for before this is on record after it.
      await page.evaluate(`fetch('/api/dashboard-assets/dashboard.css').then(() => true)`);
      return requests.filter(({ url }) => url.endsWith('/dashboard-page')).length;
    };
    const pause = page.getByRole('button', { name: 'Pause refreshing' });
    await pause.click();
    expect(await pause.getAttribute('aria-pressed')).toBe('true');
    await page.clock.fastForward(A_WHILE_MS);
    await page.getByRole('link', { name: 'Start first' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await page.clock.fastForward(A_WHILE_MS);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await refreshes()).toBe(0);

    await page.getByRole('link', { name: 'Start first' }).click();
    await dialog.waitFor();
    await page.evaluate(`document.getElementById('pause').click()`);
    await page.clock.fastForward(A_WHILE_MS);
    expect(await refreshes()).toBe(0);
    await page.keyboard.press('Escape');
    await waitForRefresh(page);
    expect(await refreshes()).toBeGreaterThan(0);
    expect(troubles).toEqual([]);
    await close();
  });

  test('keeps what it shows while the tables do not answer, and says so', async () => {
    const { page, close } = await openOverview();
    const headline = await page.locator('h1').textContent();
    environment.emulators.tables?.faults.add({ kind: 'status', status: 503 });
    try {
      await page.clock.fastForward(A_WHILE_MS);
      await expect
        .poll(() => page.locator('#as-of').textContent(), { timeout: 30_000 })
        .toContain('cannot be refreshed now');
      expect(await page.locator('h1').textContent()).toBe(headline);
    } finally {
      environment.emulators.tables?.faults.clear();
    }
    await waitForRefresh(page);
    expect(await page.locator('#as-of').textContent()).not.toContain('cannot');
    await close();
  });

  test('keeps the focus on a model that moves to another place', async () => {
    const { page, troubles, close } = await openOverview();
    const names = () => page.locator('.model-row h3').allTextContents();
    expect(await names()).toEqual(['third', 'first', 'second']);
    await page.getByRole('link', { name: 'third', exact: true }).focus();
    await submit('third');
    await waitForRefresh(page);
    expect(await names()).toEqual(['first', 'second', 'third']);
    expect(await focused(page)).toBe('third');
    expect(troubles).toEqual([]);
    await close();
  });

  test('is there by itself once the tables answer again', async () => {
    environment.tables.emulator.faults.add({ kind: 'status', status: 503 });
    const { page, close } = await openPage(browser);
    await page.clock.install();
    await page.goto(`${environment.host.url}/api/dashboard/first`);
    expect(await page.locator('main').textContent()).toMatch(/does not answer.*submit by hand what is missing/s);
    environment.tables.emulator.faults.clear();
    await page.clock.fastForward(A_WHILE_MS);
    await page.getByRole('heading', { name: 'first', exact: true }).waitFor();
    await close();
  });
});
