import type { Browser } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import type { Environment } from '../../../local/environment/environment.ts';
import { openHistory } from '../../../local/scenes/history.ts';
import { healthy } from '../../../local/scenes/scenes.ts';
import { audit, describeInBrowser, openPage, type Watched } from './browser.ts';
import { startWithBrowser } from './environment.ts';

describeInBrowser('the dashboard where keys are asked for', () => {
  let environment: Environment;
  let browser: Browser;
  let key: string;
  const scene = healthy();

  beforeAll(async () => {
    [environment, browser] = await startWithBrowser({
      models: scene.models,
      host: { auth: true },
      alerts: true,
    });
    await scene.seed(openHistory(environment), new Date());
    key = environment.host.keys.functions.dashboard?.default ?? '';
  });

  const urlOf = (path = '') => `${environment.host.url}/api/dashboard${path}`;
  const ALL_WELL = /^All 12 models submitted/;

  /** The key is in no page, no link, no referrer and no address that the script asks for. */
  async function expectKeyHidden({ page, requests }: Watched, opened: string): Promise<void> {
    expect(key).not.toBe('');
    expect(page.url()).not.toContain(key);
    expect(await page.content()).not.toContain(key);
    for (const { url, headers } of requests) {
      expect(headers.referer ?? '').not.toContain(key);
      if (url !== opened) expect(url).not.toContain(key);
    }
  }

  test('the key of the address opens it, and is gone from there at once', async () => {
    const watched = await openPage(browser);
    const { page, troubles, requests, close } = watched;
    const opened = urlOf(`?code=${encodeURIComponent(key)}`);
    await page.goto(opened);
    expect(await page.locator('h1').textContent()).toMatch(ALL_WELL);
    expect(page.url()).toBe(urlOf());
    const elsewhere = page.getByRole('link', { name: 'Alerts that were received' });
    expect(await elsewhere.getAttribute('href')).toBe(`${environment.emulators.alertReceivers?.url}/`);

    await page.getByRole('link', { name: 'nightly-lgbm', exact: true }).click();
    await page.getByRole('heading', { name: 'Configuration' }).waitFor();
    expect(page.url()).toBe(urlOf('/nightly-lgbm'));
    await page.getByRole('link', { name: 'The whole log' }).click();
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Configuration' }).waitFor();
    // Now without anything of the address: the tab knows the key.
    await page.reload();
    await page.getByRole('heading', { name: 'Configuration' }).waitFor();
    await page.getByRole('link', { name: 'Start nightly-lgbm' }).click();
    await page.getByRole('dialog').getByRole('link', { name: 'Do not start' }).click();

    await expectKeyHidden(watched, opened);
    const guarded = requests.filter(({ url }) => url.includes('/api/dashboard-page'));
    expect(guarded.length).toBeGreaterThan(3);
    expect(guarded.every(({ headers }) => headers['x-functions-key'] === key)).toBe(true);
    expect(troubles).toEqual([]);
    await close();
  });

  test('a key in the fragment never leaves the browser in an address', async () => {
    const watched = await openPage(browser);
    const { page, requests, troubles, close } = watched;
    await page.goto(urlOf(`/nightly-lgbm#key=${encodeURIComponent(key)}`));
    await page.getByRole('heading', { name: 'Configuration' }).waitFor();
    expect(page.url()).toBe(urlOf('/nightly-lgbm'));
    await expectKeyHidden(watched, '');
    expect(requests.some(({ url }) => url.includes('code='))).toBe(false);
    expect(troubles).toEqual([]);
    await close();
  });

  test('without a key, a page asks for it; a wrong one is refused', async () => {
    const watched = await openPage(browser, { width: 360 });
    const { page, troubles, close } = watched;
    await page.goto(urlOf('/nightly-lgbm'));
    expect(await page.locator('h1').textContent()).toBe('The dashboard asks for a key');
    expect(await page.content()).not.toContain('docker.io');
    expect(await page.getByRole('link', { name: 'Alerts that were received' }).count()).toBe(0);
    await audit(page);
    expect(troubles).toEqual([]);

    await page.getByLabel('Key', { exact: true }).fill('not-the-key');
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByText('That key does not open the dashboard.').waitFor();
    await audit(page);

    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByRole('heading', { name: 'Configuration' }).waitFor();
    await expectKeyHidden(watched, '');
    await close();
  });

  test('a key can be kept for other tabs, such as one that a link in an alert opens', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(urlOf());
    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByRole('heading', { name: ALL_WELL }).waitFor();
    const other = await page.context().newPage();
    await other.goto(urlOf('/big-ensemble'));
    await other.getByRole('heading', { name: 'Configuration' }).waitFor();
    await close();
  });

  test('without JavaScript, the first page is complete, and the next asks for the key', async () => {
    const { page, close } = await openPage(browser, { javaScriptEnabled: false });
    await page.goto(urlOf(`?code=${encodeURIComponent(key)}`));
    expect(await page.locator('h1').textContent()).toMatch(ALL_WELL);
    expect(await page.locator('noscript').textContent()).toContain('asks for it again');
    expect(await page.content()).not.toContain(key);
    await page.getByRole('link', { name: 'big-ensemble', exact: true }).click();
    expect(await page.locator('h1').textContent()).toBe('The dashboard asks for a key');
    // Nothing would keep it.
    expect(await page.getByText('Keep it on this device').isVisible()).toBe(false);
    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.getByRole('button', { name: 'Open' }).click();
    expect(await page.locator('h1').textContent()).toBe('big-ensemble');
    await close();
  });

  test('what is pressed is done with the key, and leads to the run', async () => {
    const watched = await openPage(browser);
    const { page, troubles, close } = watched;
    await page.goto(urlOf(`/deep-resnet#key=${encodeURIComponent(key)}`));
    await page.getByRole('link', { name: 'Start deep-resnet' }).click();
    await page.getByRole('checkbox').check();
    await page.getByRole('dialog').getByRole('button', { name: 'Start again' }).click();
    await page.getByText('The run was requested.').waitFor();
    expect(page.url()).toMatch(/\/api\/dashboard\/deep-resnet\/[0-9A-Z]{26}$/);
    expect(await page.title()).toContain('deep-resnet, test run');
    await expectKeyHidden(watched, '');
    expect(troubles).toEqual([]);
    await close();
  });

  test('a key that is no longer good is asked for anew, where it was needed', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(urlOf(`#key=${encodeURIComponent(key)}`));
    await page.getByRole('heading', { name: ALL_WELL }).waitFor();
    await page.evaluate(`sessionStorage.setItem('numerai-dashboard-key', 'gone')`);
    // Of a model that no other test has started: what runs, or waits, has no such link.
    await page.getByRole('link', { name: 'Start era-boost' }).click();
    const dialog = page.getByRole('dialog', { name: 'The dashboard asks for a key' });
    await dialog.getByText('That key does not open the dashboard.').waitFor();
    await dialog.getByLabel('Key', { exact: true }).fill(key);
    await dialog.getByRole('button', { name: 'Open' }).click();
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    await page.getByRole('link', { name: 'Start era-boost' }).click();
    await page.getByRole('dialog', { name: /Start era-boost/ }).waitFor();
    await close();
  });

  test('a key that was kept in another tab is used where the own one is no longer good, and is not lost', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(urlOf(`#key=${encodeURIComponent(key)}`));
    await page.getByRole('heading', { name: ALL_WELL }).waitFor();
    await page.evaluate(`sessionStorage.setItem('numerai-dashboard-key', 'gone')`);
    await page.evaluate(`localStorage.setItem('numerai-dashboard-key', ${JSON.stringify(key)})`);
    await page.getByRole('link', { name: 'Start era-boost' }).click();
    await page.getByRole('dialog', { name: /Start era-boost/ }).waitFor();
    expect(await page.evaluate(`localStorage.getItem('numerai-dashboard-key')`)).toBe(key);
    await close();
  });

  test("the webhook's key opens no page, and the dashboard's key no webhook", async () => {
    const { url, keys } = environment.host;
    const statusOf = async (path: string, code = '') =>
      (await fetch(`${url}${path}`, { headers: { 'x-functions-key': code } })).status;
    const webhook = keys.functions.webhook?.default ?? '';
    expect(await statusOf('/api/dashboard-page')).toBe(401);
    expect(await statusOf('/api/dashboard-page/nightly-lgbm/start')).toBe(401);
    expect(await statusOf('/api/dashboard-page', webhook)).toBe(401);
    expect(await statusOf('/api/dashboard', webhook)).toBe(401);
    expect(await statusOf('/api/dashboard-page', key)).toBe(200);
    expect(await statusOf('/api/webhook/nightly-lgbm', key)).toBe(401);
    expect(await statusOf('/api/status', key)).toBe(401);
  });

  test('no page is cached, framed, or loads anything from elsewhere', async () => {
    for (const path of ['/api/dashboard', '/api/dashboard-page']) {
      const { headers } = await fetch(`${environment.host.url}${path}`, {
        headers: { 'x-functions-key': key },
      });
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      expect(policy).not.toMatch(/https?:/);
    }
  });
});
