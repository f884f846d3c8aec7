import { TableClient } from '@azure/data-tables';
import type { Browser } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import type { Environment } from '../../../local/environment/environment.ts';
import type { Host } from '../../../local/host/host.ts';
import { pastRecord } from '../../../local/scenes/past-run.ts';
import { openingOf, ROUND } from '../../../local/scenes/rounds.ts';
import { modelsNamed, play, type Scene } from '../../../local/scenes/scene.ts';
import { retrying } from '../../../local/scenes/scenes.ts';
import { runRowKey } from '../../../src/lib/storage/rows.ts';
import { SUMMARIES } from '../../../src/lib/storage/summary-store.ts';
import { audit, describeInBrowser, expectFineInEachLook, openPage } from './browser.ts';
import { startWithBrowser } from './environment.ts';

describeInBrowser('a run with its attempts', () => {
  let environment: Environment;
  let browser: Browser;
  let host: Host;

  beforeAll(async () => {
    [environment, browser] = await startWithBrowser({ hosts: 0 });
    ({ host } = await play(environment, retrying('r-'), 'retrying'));
  });

  const urlOf = (path = '') => `${host.url}/api/dashboard${path}`;

  test('that waits is shown with why, when, and what can be done', async () => {
    const { page, troubles, close } = await openPage(browser);
    await page.goto(urlOf());
    const attention = page.locator('.model-list').first();
    expect(await attention.locator('h3').allTextContents()).toEqual(['r-waiting']);
    const row = attention.locator('.model-row').first();
    expect(await row.locator('.badge').textContent()).toBe('Waiting for attempt 2');
    expect(await row.textContent()).toMatch(/next attempt (\d+ \w+, )?\d\d:\d\d UTC.* in 3 min \d+ s/);
    // It counts on between two refreshes.
    const countdown = row.locator('.countdown');
    const first = await countdown.textContent();
    await expect.poll(() => countdown.textContent(), { timeout: 10_000 }).not.toBe(first);
    expect(await row.locator('.reason').textContent()).toBe('The container ended with exit code 1; its log says why.');
    expect(await row.locator('.actions a').allTextContents()).toEqual([
      'Try now r-waiting',
      'Cancel r-waiting',
      'Log of r-waiting',
    ]);
    await row.getByRole('link', { name: 'Cancel r-waiting' }).click();
    expect(await page.getByRole('dialog').textContent()).toContain(
      `No other attempt follows by itself: round ${ROUND} may stay without a submission.`,
    );
    await page.goto(urlOf());
    await row.getByRole('link', { name: 'Log of r-waiting' }).click();
    await expect
      .poll(() => page.locator('.banner .actions a').allTextContents(), { timeout: 10_000 })
      .toEqual(['Try now this run', 'Cancel this run', 'All runs of r-waiting']);
    expect(await page.locator('#log').textContent()).toContain('exit-code');
    await page.getByRole('link', { name: 'Try now this run' }).click();
    expect(await page.getByRole('dialog').textContent()).toContain('What its run waits for is tried at once.');
    expect(troubles).toEqual([]);
    await close();
  });

  test('is shown with each of them and its log', async () => {
    const { page, troubles, close } = await openPage(browser);
    await page.goto(urlOf('/r-third-lucky'));
    const [newest] = await page.locator('.runs-table tbody tr').allTextContents();
    expect(newest).toMatch(new RegExp(`^\\s*Round ${ROUND}\\s+submitted`));
    await page.getByRole('link', { name: `Round ${ROUND}`, exact: true }).click();
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
    const table = page.getByRole('region', { name: 'Attempts' });
    expect(await table.locator('.badge').allTextContents()).toEqual(['failed', 'failed', 'succeeded']);
    expect(await page.locator('#log h2').textContent()).toBe('Attempt 3');
    expect(await page.locator('pre.log').textContent()).toContain('submitted, answering');
    await expectFineInEachLook(page, { allPairs: false });

    await page.getByRole('link', { name: 'Log of attempt 2' }).click();
    await page.getByRole('heading', { name: 'Attempt 2' }).waitFor();
    expect(new URL(page.url()).search).toBe('?attempt=2');
    expect(await page.locator('pre.log').textContent()).toContain('Killed');
    await page.reload();
    expect(await page.locator('#log').textContent()).toContain('r-third-lucky-r1234-a2');
    await page.goBack();
    await page.getByRole('heading', { name: 'Attempt 3' }).waitFor();
    expect(troubles).toEqual([]);
    await close();
  });

  test('on a phone has each cell with its head before it, and says Log once', async () => {
    const { page, close } = await openPage(browser, { width: 360 });
    await page.goto(urlOf());
    await page.getByRole('link', { name: 'Log of r-waiting' }).click();
    const cells = page.getByRole('region', { name: 'Attempts' }).locator('[data-head]');
    await cells.first().waitFor();
    const heads = await page.evaluate<string[]>(
      "[...document.querySelectorAll('[data-head]')].map((cell) => getComputedStyle(cell, '::before').content)",
    );
    expect(heads[0]).toBe('none');
    expect(heads[1]).toContain('Outcome');
    await close();
  });

  test('has no page for an attempt that it does not have', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(urlOf('/r-steady'));
    const run = await page.getByRole('link', { name: 'Log of r-steady' }).getAttribute('href');
    const path = new URL(run ?? '', urlOf()).pathname;
    const ask = async (attempt: string) =>
      (await page.goto(`${new URL(urlOf()).origin}${path}?attempt=${attempt}`))?.status();
    expect(await ask('2')).toBe(404);
    expect(await page.locator('main').textContent()).toContain('has no attempt 2');
    expect(await ask('two')).toBe(404);
    expect(await ask('1')).toBe(200);
    await close();
  });

  test('that cannot be read is counted', async () => {
    const scene: Scene = {
      models: modelsNamed(['damaged'], 'd-'),
      async seed(history, now) {
        await history.tick();
        const model = history.model('d-damaged');
        const records = [0, 1, 2].map((ago) =>
          pastRecord({ model, round: ROUND - ago, at: openingOf(ROUND - ago, now) }),
        );
        await history.write(records);
        const runs = TableClient.fromConnectionString(environment.tables.connectionString, 'runsdamaged');
        for (const { run } of records.slice(1))
          await runs.updateEntity(
            { partitionKey: run.model, rowKey: runRowKey(run.id), state: 'of-another-version' },
            'Merge',
          );
        // That version has summed them up as well, in its own form.
        const state = TableClient.fromConnectionString(environment.tables.connectionString, 'statedamaged');
        await state.upsertEntity({ partitionKey: SUMMARIES, rowKey: 'd-damaged', form: 99 }, 'Merge');
      },
    };
    const { host } = await play(environment, scene, 'damaged');
    const { page, troubles, close } = await openPage(browser);
    for (const path of ['', '/d-damaged']) {
      await page.goto(`${host.url}/api/dashboard${path}`);
      expect(await page.locator('.notices').textContent()).toContain(
        '2 runs cannot be read by this version of the app. The pages leave them out. Affected: d-damaged.',
      );
    }
    expect(await page.locator('table th a').allTextContents()).toEqual([`Round ${ROUND}`]);
    await audit(page);
    expect(troubles).toEqual([]);
    await close();
  });
});
