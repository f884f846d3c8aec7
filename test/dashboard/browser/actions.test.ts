import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { type SimulatedRun, SimulatedRuntime } from '../../../local/containers/simulated.ts';
import type { Environment } from '../../../local/environment/environment.ts';
import { openHistory } from '../../../local/scenes/history.ts';
import { ROUND } from '../../../local/scenes/rounds.ts';
import { systemClock } from '../../../src/lib/util/clock.ts';
import { audit, describeInBrowser, expectNoSidewaysScroll, openPage } from './browser.ts';
import { startWithBrowser } from './environment.ts';

const model = (name: string) => ({
  name,
  tournament: 'classic',
  container: { image: `docker.io/tests/${name}:1` },
  maxAttempts: 1,
  fallback: false,
});

/** Writes a line a tenth of a second until it is stopped. */
const talkative: SimulatedRun = {
  steps: Array.from({ length: 600 }, (_, index) => ({ after: 100, line: `line ${index + 1}` })),
  endsAfter: Number.POSITIVE_INFINITY,
};

/** More than the time between two refreshes of a run's page. */
const LIVE_MS = 4_000;

const WITHIN = { timeout: 20_000, interval: 100 } as const;

describeInBrowser('what can be pressed on the dashboard', () => {
  let environment: Environment;
  let browser: Browser;
  let runtime: SimulatedRuntime;

  beforeAll(async () => {
    runtime = new SimulatedRuntime({
      clock: systemClock,
      behaviour: (spec) =>
        spec.image.includes('breaks') ? { steps: [{ after: 50, line: 'no data today' }], exitCode: 3 } : talkative,
    });
    [environment, browser] = await startWithBrowser({
      models: [...['talks', 'breaks', 'idle', 'forged'].map(model), { ...model('refused'), maxAttempts: 3 }],
      runtime,
    });
    await openHistory(environment).tick();
  });

  const urlOf = (path = '') => `${environment.host.url}/api/dashboard${path}`;
  const tick = () => environment.host.runTimer('watcher');
  const runsOf = async (name: string): Promise<{ id: string; state: string; trigger: string; isTest: boolean }[]> =>
    // The app's own answer.
    (
      (await (await fetch(`${environment.host.url}/api/runs?model=${name}`)).json()) as {
        runs: { id: string; state: string; trigger: string; isTest: boolean }[];
      }
    ).runs;
  /** Lets the watcher look at the run, and so much time pass in the page that it refreshes. */
  const badge = async (page: Page) => {
    await tick();
    await page.clock.fastForward(LIVE_MS);
    return page.locator('.banner .badge').textContent();
  };

  test('a run is started, followed while its log grows, and cancelled', async () => {
    const { page, troubles, close } = await openPage(browser);
    await page.clock.install();
    await page.goto(urlOf());
    await page.getByRole('link', { name: 'Start talks' }).click();
    const dialog = page.getByRole('dialog', { name: 'Start talks?' });
    expect(await dialog.textContent()).toContain(`The run submits for round ${ROUND}`);
    await audit(page);
    await dialog.getByRole('button', { name: 'Start' }).click();

    await page.getByText('The run was requested.').waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/api\/dashboard\/talks\/[0-9A-Z]{26}$/);
    expect(new URL(page.url()).search).toBe('');
    await expect.poll(() => badge(page), WITHIN).toBe('Running');
    const log = page.locator('pre.log');
    const length = async () => {
      await page.clock.fastForward(LIVE_MS);
      return (await log.textContent())?.length ?? 0;
    };
    await expect.poll(length, WITHIN).toBeGreaterThan(0);
    const first = await length();
    await page.evaluate(`{
      const [text] = document.querySelector('pre.log').childNodes;
      getSelection().setBaseAndExtent(text, 0, text, 6);
    }`);
    await expect.poll(length, WITHIN).toBeGreaterThan(first);
    // A third line shows that the second has its end.
    const text = async () => {
      await page.clock.fastForward(LIVE_MS);
      return log.textContent();
    };
    await expect.poll(text, WITHIN).toContain('line 1\nline 2\n');
    expect(await page.evaluate('String(getSelection())')).toBe('line 1');
    await audit(page);

    await page.getByRole('link', { name: 'Cancel this run' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the run' }).click();
    await page.getByText('The cancellation was asked for.').waitFor();
    await expect.poll(() => badge(page), WITHIN).toBe('Cancelled');
    expect(await runsOf('talks')).toMatchObject([{ state: 'cancelled', trigger: 'operator' }]);
    expect(troubles).toEqual([]);
    await close();
  });

  test('a run that failed is tried again', async () => {
    const { page, troubles, close } = await openPage(browser, { width: 360, dark: true });
    await fetch(`${environment.host.url}/api/webhook/breaks`, { method: 'POST' });
    await expect
      .poll(async () => {
        await tick();
        return (await runsOf('breaks')).map(({ state }) => state);
      }, WITHIN)
      .toEqual(['failed']);
    const [failed] = await runsOf('breaks');
    await page.goto(urlOf('/breaks'));
    expect(await page.locator('.banner .reason').textContent()).toContain('3');
    await page.getByRole('link', { name: 'Retry breaks' }).click();
    const dialog = page.getByRole('dialog', { name: 'Retry breaks?' });
    await expectNoSidewaysScroll(page);
    await dialog.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('The run was requested.').waitFor();
    // The same run, with an attempt more.
    expect(new URL(page.url()).pathname).toBe(`/api/dashboard/breaks/${failed?.id}`);
    expect(await page.locator('main').textContent()).toContain('attempt 2');
    expect(await runsOf('breaks')).toMatchObject([{ id: failed?.id, trigger: 'webhook' }]);
    expect(troubles).toEqual([]);
    await close();
  });

  test('a run whose start was refused waits, says what for, and is cancelled', async () => {
    const { page, troubles, close } = await openPage(browser);
    const { faults } = environment.resourceManager.emulator;
    faults.add({ kind: 'status', status: 409, times: 1, match: { method: 'PUT' } });
    await page.goto(urlOf('/refused'));
    await page.getByRole('link', { name: 'Start refused' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
    await page.getByText('The run was requested.').waitFor();
    const banner = page.locator('.banner');
    expect(await banner.locator('.badge').textContent()).toBe('Waiting to start');
    expect(await banner.textContent()).toMatch(/next attempt \d\d:\d\d UTC/);
    expect(await banner.locator('.reason').textContent()).toMatch(/^Azure refused to start/);
    await page.getByRole('link', { name: 'Cancel this run' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the run' }).click();
    await page.getByText('The cancellation was asked for.').waitFor();
    expect(await banner.locator('.badge').textContent()).toBe('Cancelled');
    expect(await runsOf('refused')).toMatchObject([{ state: 'cancelled' }]);
    expect(troubles).toEqual([]);
    await close();
  });

  test('a confirmation that is called off does nothing', async () => {
    const { page, troubles, requests, close } = await openPage(browser);
    await page.goto(urlOf());
    const start = page.getByRole('link', { name: 'Start idle' });
    const dialog = page.getByRole('dialog');
    for (const callOff of [
      () => dialog.getByRole('link', { name: 'Do not start' }).click(),
      () => page.keyboard.press('Escape'),
      // The answer that is chosen at first.
      () => page.keyboard.press('Enter'),
      () => page.mouse.click(5, 5),
    ]) {
      await start.click();
      await dialog.waitFor();
      await callOff();
      await expect.poll(() => dialog.count()).toBe(0);
      expect(await start.evaluate('document.activeElement.textContent')).toBe('Start idle');
    }
    expect(await runsOf('idle')).toEqual([]);
    expect(requests.every(({ headers }) => headers['content-type'] === undefined)).toBe(true);
    expect(troubles).toEqual([]);
    await close();
  });

  test('a test run is started with the keyboard alone', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(urlOf('/idle'));
    await page.getByRole('link', { name: 'Start idle' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Space');
    expect(await page.getByRole('checkbox').isChecked()).toBe(true);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('The run was requested.').waitFor();
    expect(await runsOf('idle')).toMatchObject([{ isTest: true, trigger: 'operator' }]);
    await close();
  });

  test('without JavaScript, the forms do the same', async () => {
    const { page, close } = await openPage(browser, { javaScriptEnabled: false });
    await page.goto(urlOf());
    await page.getByRole('link', { name: 'Start forged' }).click();
    await page.getByRole('button', { name: 'Start' }).click();
    expect(await page.locator('.banner').textContent()).toContain('The run was requested.');
    expect(await runsOf('forged')).toHaveLength(1);
    await page.getByRole('link', { name: 'Cancel this run' }).click();
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    expect(await page.locator('.banner').textContent()).toContain('The cancellation was asked for.');
    await close();
  });

  test('a form that no page of the app sent is refused', async () => {
    const before = (await runsOf('forged')).length;
    const post = async (headers: Record<string, string>) => {
      const response = await fetch(`${environment.host.url}/api/dashboard-page/forged/start`, {
        method: 'POST',
        body: new URLSearchParams({ force: '1' }),
        headers,
        redirect: 'manual',
      });
      return response.status;
    };
    expect(await post({})).toBe(403);
    expect(await post({ origin: environment.host.url })).toBe(403);
    for (const site of ['cross-site', 'same-site', 'none'])
      expect(await post({ 'sec-fetch-site': site }), site).toBe(403);
    expect(await runsOf('forged')).toHaveLength(before);
  });

  test('a form on the page of another site is refused', async () => {
    const before = (await runsOf('forged')).length;
    const { page, close } = await openPage(browser);
    // Another port is another origin, though the same site: the nearest that a stranger can come.
    const server = createServer((_request, response) => {
      const action = `${environment.host.url}/api/dashboard-page/forged/start`;
      response.setHeader('content-type', 'text/html');
      response.end(`<form method="post" action="${action}"><button>Win</button></form>`);
    }).listen(0, 'localhost');
    await once(server, 'listening');
    // The address of a server that listens on a port is an object.
    const { port } = server.address() as AddressInfo;
    await page.goto(`http://localhost:${port}/`);
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url().includes('/forged/start')),
      page.getByRole('button', { name: 'Win' }).click(),
    ]);
    expect(answer.status()).toBe(403);
    expect(await runsOf('forged')).toHaveLength(before);
    await close();
    server.close();
  });
});
