// What an operator meets seven minutes before the close, by the drills: what the pages say, on a screen and on a phone, and
// how far it is from the alert to an action that helps.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DRILLS, type DrillName } from '../../../local/drills/drills.ts';
import { playDrill } from '../../../local/drills/stage.ts';
import type { Environment } from '../../../local/environment/environment.ts';
import type { Host } from '../../../local/host/host.ts';
import { buildApp, isStale } from '../../../scripts/build.ts';
import { messageIn } from '../../support/json-alert.ts';
import { audit, describeInBrowser, expectNoSidewaysScroll, LOOKS, launch, MORE_LOOKS, openPage } from './browser.ts';

/** What is on the overview: of each model its badge; and what else must be said there. */
interface Expected {
  readonly headline: RegExp;
  readonly attention: readonly string[];
  readonly says: readonly RegExp[];
  /** From each alert: the words of the button that the page it links to has, and that helps. */
  readonly actions: Readonly<Record<string, string>>;
  /** What is said when it was pressed; default: that it was done. */
  readonly answer?: RegExp;
  /** What the page of the first model that needs attention says. */
  readonly page: readonly RegExp[];
}

const EXPECTED: Partial<Record<DrillName, Expected>> = {
  'numerai-down': {
    headline: /^1 of 3 models is running for round \d+; the round closes in \d min, as of \d\d:\d\d UTC$/,
    attention: [],
    says: [
      /Round \d+ closes at \d\d:\d\d UTC, as of \d\d:\d\d UTC\. 1 waiting for the call and 1 submitted\./,
      /Numerai cannot be asked which round is open\. What is shown is what Numerai said at \d\d:\d\d UTC\./,
    ],
    actions: { ensemble: 'Start' },
    page: [],
  },
  capacity: {
    headline: /^All 3 models wait for another attempt; the round closes in \d min$/,
    attention: ['nightly-lgbm: Waiting to start', 'ensemble: Waiting to start', 'crypto-ridge: Waiting to start'],
    says: [/Waiting for a region that has room for the container\./, /next attempt \d\d:\d\d UTC.* in \d+ (min|s)/],
    actions: { 'nightly-lgbm': 'Try now', ensemble: 'Try now', 'crypto-ridge': 'Try now' },
    page: [/attempt 1 of 5/, /Waiting for a region that has room/],
  },
  crash: {
    headline: /^2 of 3 models have not submitted; the round closes in \d min$/,
    attention: ['ensemble: Failed', 'nightly-lgbm: Waiting for attempt 3'],
    says: [/Error: DEMO_FAIL=crash: this is the requested crash\./, /attempt 2 of 5/],
    actions: { 'nightly-lgbm': 'Try now', ensemble: 'Retry' },
    page: [/This was attempt 1, the last one\./],
  },
  'in-part': {
    headline: /^1 of 2 models has submitted only in part; the round closes in \d min$/,
    attention: ['ensemble: 2 of 3 submitted'],
    says: [/ensemble_two/],
    actions: { ensemble: 'Retry' },
    page: [/2 of 3 submitted/],
  },
  configuration: {
    headline: /^All 3 models wait for you; the round closes in \d min$/,
    attention: ['nightly-lgbm: Waiting for you', 'ensemble: Waiting for you', 'crypto-ridge: Waiting for you'],
    says: [/change env or secrets in models\.json, or the program/, /The app notices a changed secret or models\.json/],
    actions: { 'nightly-lgbm': 'Try now', ensemble: 'Try now', 'crypto-ridge': 'Try now' },
    page: [/EX_CONFIG/],
  },
  slow: {
    headline: /^All 3 models are running for round \d+; the round closes in \d min$/,
    attention: [],
    says: [/attempt 1 of 5/],
    actions: { 'nightly-lgbm': 'Cancel', ensemble: 'Cancel', 'crypto-ridge': 'Cancel' },
    page: [],
  },
  'no-call': {
    // The app is there since a moment ago: nothing is late yet.
    headline: /^All 3 models wait for the call for round \d+; the round closes in \d min$/,
    attention: [],
    says: [],
    actions: { 'nightly-lgbm': 'Start', ensemble: 'Start', 'crypto-ridge': 'Start' },
    page: [],
  },
  bound: {
    headline: /^1 of 2 models waits for another attempt; the round closes in \d min$/,
    attention: ['crypto-ridge: Waiting to start'],
    says: [/MAX_STARTS_PER_DAY/],
    actions: { 'crypto-ridge': 'Try now' },
    // The remedy comes before the button: pressed too early, it says so.
    answer: /Raise MAX_STARTS_PER_DAY/,
    page: [/As many containers/],
  },
};

let browser: Browser;
beforeAll(async () => {
  if (await isStale()) await buildApp();
});

describeInBrowser('a drill', () => {
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  describe.each(Object.entries(EXPECTED))('of %s', (name, expected) => {
    let environment: Environment;
    let host: Host;
    let key: string;

    beforeAll(async () => {
      environment = await playDrill(DRILLS[name as DrillName], { host: { auth: true } });
      // Another process of the app, which has asked Numerai nothing while it answered.
      host = await environment.addHost();
      key = host.keys.functions.dashboard?.default ?? '';
    });
    afterAll(() => environment.close());

    const open = async (page: Page, path = '') => {
      await page.goto(`${host.url}/api/dashboard${path}#key=${encodeURIComponent(key)}`);
      await page.locator('#headline').waitFor();
    };

    test.each([...LOOKS, ...MORE_LOOKS])('says what is the matter, $name', async (look) => {
      const { page, troubles, close } = await openPage(browser, look);
      await open(page);
      expect(await page.locator('h1').textContent()).toMatch(expected.headline);
      const main = (await page.locator('main').textContent())?.replace(/\s+/g, ' ');
      for (const words of expected.says) expect(main).toMatch(words);
      const rows = page.locator('.model-row:is(.tone-warn, .tone-bad)');
      const badges = await rows.evaluateAll((found) =>
        found.map((row) => `${row.querySelector('h3')?.textContent}: ${row.querySelector('.badge')?.textContent}`),
      );
      expect(badges).toEqual(expected.attention);
      await expectNoSidewaysScroll(page);
      await audit(page);
      const [worst] = badges;
      if (worst !== undefined) {
        await page.getByRole('link', { name: worst.split(':')[0] ?? '', exact: true }).click();
        await page.locator('.runs-table th a').first().click();
        await page.getByRole('heading', { name: 'What happened' }).waitFor();
        const run = (await page.locator('main').textContent())?.replace(/\s+/g, ' ');
        for (const words of expected.page) expect(run).toMatch(words);
        await expectNoSidewaysScroll(page);
        await audit(page);
      }
      expect(troubles).toEqual([]);
      await close();
    });

    test('is told, with what helps at most two clicks after the key', async () => {
      const alerts = environment.alertReceivers.received
        .filter(({ format }) => format === 'json')
        .map(({ body }) => messageIn(body))
        .filter(({ model }) => model !== null);
      expect(alerts.filter(({ kind }) => kind === 'round-closing').map(({ model }) => model)).toEqual(
        expect.arrayContaining(Object.keys(expected.actions)),
      );
      for (const [model, action] of Object.entries(expected.actions)) {
        const alert = alerts.findLast((each) => each.model === model);
        const address = alert?.links.at(-1)?.url ?? '';
        const { page, close } = await openPage(browser, { width: 390, dark: true });
        await page.goto(address.replace(environment.host.url, host.url));
        await page.getByLabel('Key', { exact: true }).fill(key);
        await page.getByRole('button', { name: 'Open' }).click();
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
        await close();
      }
    });
  });
});
