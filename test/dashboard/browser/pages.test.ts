import type { Browser } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import type { Environment } from '../../../local/environment/environment.ts';
import type { Host } from '../../../local/host/host.ts';
import { openHistory } from '../../../local/scenes/history.ts';
import { ROUND } from '../../../local/scenes/rounds.ts';
import { installationOf, play } from '../../../local/scenes/scene.ts';
import { audit, describeInBrowser, expectFineInEachLook, expectNoSidewaysScroll, openPage } from './browser.ts';
import { startWithBrowser } from './environment.ts';
import { HOSTILE, SCENES } from './scenes.ts';

describeInBrowser('the dashboard in a browser', () => {
  let environment: Environment;
  let browser: Browser;
  const hosts = new Map<string, Host>();

  beforeAll(async () => {
    [environment, browser] = await startWithBrowser({ hosts: 0 });
    await Promise.all(
      Object.entries(SCENES).map(async ([name, scene]) => {
        hosts.set(name, (await play(environment, scene, name)).host);
      }),
    );
  });

  const urlOf = (scene: string, path = '') => `${hosts.get(scene)?.url}/api/dashboard${path}`;

  const pages = [
    {
      state: 'no models run yet',
      scene: 'fresh',
      path: '',
      says: /^Both models wait for the call for round \d+; the round closes in 2\d min$/,
    },
    {
      state: 'all well',
      scene: 'healthy',
      path: '',
      says: `All 12 models submitted round ${ROUND} on time`,
    },
    {
      state: 'some failed, one running',
      main: true,
      scene: 'failing',
      path: '',
      says: /^4 of 12 models have not submitted; the round closes in 2\d min$/,
    },
    {
      state: '50 models',
      scene: 'many',
      path: '',
      says: `All 50 models submitted round ${ROUND} on time`,
    },
    {
      state: 'a model that is well',
      scene: 'healthy',
      path: '/h-nightly-lgbm',
      says: 'h-nightly-lgbm',
    },
    {
      state: 'a model that failed',
      scene: 'failing',
      path: '/f-big-ensemble',
      says: 'f-big-ensemble',
    },
    {
      state: 'one waits for its next attempt',
      scene: 'retrying',
      path: '',
      says: /^1 of 4 models waits for another attempt; the round closes in 2\d min$/,
    },
    {
      state: 'a model that waits for its next attempt',
      scene: 'retrying',
      path: '/r-waiting',
      says: 'r-waiting',
    },
    {
      state: 'some wait for somebody',
      scene: 'stuck',
      path: '',
      says: /^2 of 3 models wait for you; the round closes in 2\d min$/,
    },
    {
      state: 'a container group that exists already',
      scene: 'fresh',
      path: '/new-second',
      says: 'new-second',
    },
    { state: 'jobs, of which one failed', scene: 'jobs', path: '', says: /^1 of 5 jobs has failed: j-price-data$/ },
    { state: 'a job whose times are skipped', scene: 'jobs', path: '/j-features', says: 'j-features' },
    { state: 'a paused job', scene: 'jobs', path: '/j-weekly-report', says: 'j-weekly-report' },
    { state: '400 days of history', scene: 'long', path: '/l-long', says: 'l-long' },
    { state: 'hostile values', scene: 'hostile', path: '', says: /x-hostile has not submitted/ },
    {
      state: 'a model with hostile values',
      scene: 'hostile',
      path: '/x-hostile',
      says: 'x-hostile',
    },
  ];

  test.each(pages)('$state: right, quiet and accessible', async (one) => {
    const { page, troubles, requests, close } = await openPage(browser);
    await page.goto(urlOf(one.scene, one.path));
    expect(await page.locator('h1').textContent()).toMatch(one.says);
    await expectFineInEachLook(page, { allPairs: one.main === true });
    expect(troubles).toEqual([]);
    const origin = new URL(urlOf(one.scene)).origin;
    expect(requests.filter(({ url }) => !url.startsWith(origin))).toEqual([]);
    await close();
  });

  test('says at a glance what is wrong, before what is well', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(urlOf('failing'));
    const attention = page.locator('.model-list').first();
    expect(await attention.locator('h2').textContent()).toBe('Needs attention');
    expect(await attention.locator('h3').allTextContents()).toEqual([
      'f-big-ensemble',
      'f-lottery-ticket',
      'f-tabular-former',
    ]);
    const row = attention.locator('.model-row').first();
    expect(await row.textContent()).toContain('needed more memory than its limit');
    expect(await row.getByRole('link', { name: 'Retry f-big-ensemble' }).count()).toBe(1);
    const cells = row.locator('.round-strip li');
    expect(await cells.count()).toBe(20);
    expect(await cells.last().textContent()).toBe(`F${ROUND} failed, 3 attempts`);
    expect(await row.locator('svg.duration-chart title').textContent()).toMatch(
      /^Durations of the last 20 runs: .* Timeout: 45 min\.$/,
    );
    expect(await page.title()).toMatch(/^4 of 12 models have not submitted/);
    await close();
  });

  test('says times in UTC and in the zone of the reader', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(urlOf('healthy', '/h-nightly-lgbm'));
    const time = page.locator('table time').nth(1);
    expect(await time.textContent()).toMatch(/^\d+ \w+, \d\d:\d\d UTC \(\d+ \w+, \d\d:\d\d here\)$/);
    // The close as well: it is what matters most.
    expect(await page.locator('.banner').textContent()).toMatch(
      /is open until \d\d:\d\d UTC \((\d+ \w+, )?\d\d:\d\d here\)\./,
    );
    expect(await page.locator('footer').textContent()).toContain('“here” is America/New_York');
    await close();
  });

  test('shows 400 days of history, a page at a time', async () => {
    const { page, troubles, close } = await openPage(browser);
    await page.goto(urlOf('long', '/l-long'));
    const seen = new Set<string>();
    for (;;) {
      for (const href of await page.locator('table th a').evaluateAll((links) => links.map(String))) seen.add(href);
      const older = page.getByRole('link', { name: 'Older runs' });
      if ((await older.count()) === 0) break;
      const first = await page.locator('table th a').first().getAttribute('href');
      await older.click();
      await expect
        .poll(() => page.locator('table th a').first().getAttribute('href'), { timeout: 10_000 })
        .not.toBe(first);
    }
    expect(seen.size).toBe(400);
    await page.goBack();
    await expect.poll(() => page.getByRole('link', { name: 'Older runs' }).count()).toBe(1);
    expect(troubles).toEqual([]);
    await close();
  });

  test('shows hostile values as the text that they are, and they do nothing', async () => {
    const { page, troubles, close } = await openPage(browser);
    await page.goto(urlOf('hostile', '/x-hostile'));
    const shown = HOSTILE.replace('\u202E', '\uFFFD').replace('\0', '\uFFFD');
    expect(await page.locator('.banner .reason').textContent()).toBe(shown);
    expect(await page.locator('pre.log').textContent()).toBe(`${shown}\nsecond line`);
    await page.getByRole('link', { name: 'The whole log' }).click();
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
    expect(await page.locator('main').textContent()).toContain(shown);
    expect(await page.locator('main img, main script, main svg:not(.duration-chart)').count()).toBe(0);
    await audit(page);
    expect(troubles).toEqual([]);
    await close();
  });

  test('says what is wrong with a configuration, hostile names included', async () => {
    const host = await environment.addHost({
      environment: {
        ...environment.settings,
        CONTAINER_LOCATION: HOSTILE.replaceAll('\0', ''),
        LOG_LEVEL: '<b>loud',
      },
    });
    const { page, troubles, close } = await openPage(browser, { width: 360 });
    const response = await page.goto(`${host.url}/api/dashboard`);
    expect(response?.status()).toBe(500);
    expect(await page.locator('h1').textContent()).toBe('The configuration is wrong');
    expect(await page.locator('dt code').allTextContents()).toEqual(['CONTAINER_LOCATION', 'LOG_LEVEL']);
    expect(await page.locator('dl').textContent()).toContain('Got <b>loud.');
    await expectNoSidewaysScroll(page);
    await audit(page);
    // The answer itself is the one trouble that the browser may report.
    expect(troubles.filter((trouble) => !trouble.includes('status of 500'))).toEqual([]);
    await close();
  });

  test('is small with 50 models, and takes two calls for all of them', async () => {
    const { calls } = environment.tables.emulator;
    await (await fetch(urlOf('many'))).text();
    const before = new Set(calls);
    const text = await (await fetch(urlOf('many'))).text();
    expect(Buffer.byteLength(text)).toBeLessThan(150_000);
    // The hosts of other scenes may have something to do meanwhile.
    const own = calls.filter((call) => !before.has(call) && call.url.pathname.includes(installationOf('many')));
    expect(own).toHaveLength(2);
  });

  test.each([true, false])('finds models by name (with JavaScript: %s)', async (javaScriptEnabled) => {
    const { page, troubles, close } = await openPage(browser, { javaScriptEnabled });
    await page.goto(`${urlOf('many')}?find=m-0`);
    expect(await page.locator('.model-row').count()).toBe(9);
    await page.getByLabel('Name').fill('m-07');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.waitForURL(/find=m-07/);
    await page.locator('#model-m-07').waitFor();
    expect(await page.locator('.model-row').count()).toBe(1);
    if (javaScriptEnabled) await audit(page);
    expect(troubles).toEqual([]);
    await close();
  });

  test('is complete without JavaScript', async () => {
    const { page, troubles, close } = await openPage(browser, { javaScriptEnabled: false });
    await page.goto(urlOf('failing'));
    await page.getByRole('link', { name: 'f-big-ensemble', exact: true }).click();
    expect(await page.locator('h1').textContent()).toBe('f-big-ensemble');
    expect(await page.locator('pre.log').textContent()).toContain('Killed');
    await page.getByRole('link', { name: `Round ${ROUND}`, exact: true }).click();
    await page.getByRole('link', { name: 'Log of attempt 2' }).click();
    await expect.poll(() => page.locator('h2').allTextContents()).toContain('Attempt 2');
    expect(await page.locator('main').textContent()).toContain('137');
    await page.getByRole('link', { name: 'Numerai runs' }).click();
    await page.getByRole('link', { name: 'Retry f-big-ensemble' }).click();
    expect(await page.locator('h1').textContent()).toBe('Retry f-big-ensemble?');
    await page.getByRole('link', { name: 'Do not retry' }).click();
    expect(await page.locator('h1').textContent()).toBe('f-big-ensemble');
    expect(troubles).toEqual([]);
    await close();
  });

  test('warns when the timers have not run for long', async () => {
    // The call does the work of silent timers: of a scene that nothing after this looks at.
    const history = openHistory(environment, { INSTALLATION_NAME: installationOf('long') });
    await history.tick(new Date(Date.now() - 2 * 3_600_000));
    const { page, troubles, close } = await openPage(browser);
    await page.goto(urlOf('long'));
    expect(await page.locator('.notices li').allTextContents()).toEqual([
      expect.stringMatching(/^The watcher has not run for 2 h\. Runs are stopped, retried and verified only when/),
      expect.stringMatching(/^The fallback has not run for 2 h\./),
    ]);
    expect(await page.locator('.banner').getAttribute('class')).toContain('bad');
    await audit(page);
    expect(troubles).toEqual([]);
    await close();
    await history.tick();
  });

  test('says that Numerai cannot be asked, and shows the last round on record', async () => {
    environment.emulators.numerai?.faults.add({ kind: 'status', status: 503 });
    try {
      const host = await environment.addHost({
        environment: {
          ...environment.settings,
          MODELS_FILE: `${environment.folder}/models-healthy.json`,
          INSTALLATION_NAME: installationOf('healthy'),
        },
      });
      const { page, troubles, close } = await openPage(browser);
      await page.goto(`${host.url}/api/dashboard`, { timeout: 60_000 });
      expect(await page.locator('h1').textContent()).toBe(`All 12 models submitted round ${ROUND} on time`);
      expect(await page.locator('.notices').textContent()).toContain('Numerai cannot be asked which round is open');
      await audit(page);
      expect(troubles).toEqual([]);
      await close();
    } finally {
      environment.emulators.numerai?.faults.clear();
    }
  });
});
