// What an operator meets seven minutes before the close, by the drills: what the pages say, on a screen and on a phone, and
// how far it is from the alert to an action that helps.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DRILL_NAMES, DRILLS } from '../../../local/drills/drills.ts';
import { playDrill } from '../../../local/drills/stage.ts';
import type { Environment } from '../../../local/environment/environment.ts';
import type { Host } from '../../../local/host/host.ts';
import { buildApp, isStale } from '../../../scripts/build.ts';
import { messageIn } from '../../support/json-alert.ts';
import { describeInBrowser, expectFineInEachLook, launch, openPage } from './browser.ts';
import { EXPECTED } from './expected-drills.ts';

let browser: Browser;
beforeAll(async () => {
  if (await isStale()) await buildApp();
});

describeInBrowser('a drill', () => {
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  describe.each(DRILL_NAMES)('of %s', (name) => {
    const expected = EXPECTED[name];
    let environment: Environment;
    let host: Host;
    let key: string;

    beforeAll(async () => {
      environment = await playDrill(DRILLS[name], { host: { auth: true } });
      // Another process of the app, which has asked Numerai nothing while it answered.
      host = await environment.addHost();
      key = host.keys.functions.dashboard?.default ?? '';
    });
    afterAll(() => environment.close());

    const open = async (page: Page, path = '') => {
      await page.goto(`${host.url}/api/dashboard${path}#key=${encodeURIComponent(key)}`);
      await page.locator('#headline').waitFor();
    };

    test('says what is the matter', async () => {
      const { page, troubles, close } = await openPage(browser);
      await open(page);
      expect(await page.locator('h1').textContent()).toMatch(expected.headline);
      const overview = await textOf(page);
      for (const words of expected.says) expect(overview).toMatch(words);
      const rows = page.locator('.model-row:is(.tone-warn, .tone-bad)');
      const badges = await rows.evaluateAll((found) =>
        found.map((row) => `${row.querySelector('h3')?.textContent}: ${row.querySelector('.badge')?.textContent}`),
      );
      expect(badges).toEqual(expected.attention);
      await expectFineInEachLook(page);
      await page
        .getByRole('link', { name: badges[0]?.split(':')[0] ?? Object.keys(expected.actions)[0] ?? '', exact: true })
        .click();
      await page.getByRole('heading', { name: 'Configuration' }).waitFor();
      await expectFineInEachLook(page, { allPairs: false });
      if (expected.page !== null) {
        await page.locator('.runs-table th a').first().click();
        await page.getByRole('heading', { name: 'What happened' }).waitFor();
        const run = await textOf(page);
        for (const words of expected.page) expect(run).toMatch(words);
        await expectFineInEachLook(page);
      }
      expect(troubles).toEqual([]);
      await close();
    });

    test('is told, with what helps at most two clicks after the key', async () => {
      const alerts = environment.alertReceivers.received
        .filter(({ format }) => format === 'json')
        .map(({ body }) => messageIn(body))
        .filter(({ model }) => model !== null);
      const told = alerts.filter(({ kind }) => kind === 'round-closing').map(({ model }) => model);
      const models = expected.isUntold ? [] : Object.keys(expected.actions);
      expect(told).toEqual(expect.arrayContaining(models));
      const { page, close } = await openPage(browser, { width: 390, dark: true });
      for (const [index, [model, action]] of Object.entries(expected.actions).entries()) {
        const alert = alerts.findLast((each) => each.model === model);
        const address = alert?.links.at(-1)?.url ?? `${host.url}/api/dashboard/${model}`;
        await page.goto(address.replace(environment.host.url, host.url));
        // Asked for once.
        if (index === 0) {
          await page.getByLabel('Key', { exact: true }).fill(key);
          await page.getByRole('button', { name: 'Open' }).click();
        }
        await page.locator('#headline').waitFor();
        await page
          .getByRole('link', { name: new RegExp(`^${action} `) })
          .first()
          .click();
        await page
          .getByRole('dialog')
          .getByRole('button', { name: new RegExp(`^${action}`) })
          .click();
        await page
          .getByText(expected.answer ?? /The run was requested\.|The cancellation was asked for\./)
          .first()
          .waitFor();
      }
      await close();
    });
  });
});

/** All that the page says, in one line. */
async function textOf(page: Page): Promise<string> {
  return ((await page.locator('main').textContent()) ?? '').replace(/\s+/g, ' ');
}
