// Jobs, and what is paused, as people see them.

import type { Browser } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { SimulatedRuntime } from '../../../local/containers/simulated.ts';
import type { Environment } from '../../../local/environment/environment.ts';
import { openHistory } from '../../../local/scenes/history.ts';
import { systemClock } from '../../../src/lib/util/clock.ts';
import { audit, describeInBrowser, expectNoSidewaysScroll, openPage } from './browser.ts';
import { startWithBrowser } from './environment.ts';

const image = (name: string) => ({ image: `docker.io/tests/${name}:1` });

describeInBrowser('jobs and pauses on the dashboard', () => {
  let environment: Environment;
  let browser: Browser;

  beforeAll(async () => {
    const runtime = new SimulatedRuntime({
      clock: systemClock,
      behaviour: (spec) => ({
        steps: [{ after: 50, line: 'trained' }],
        exitCode: spec.image.includes('breaks') ? 3 : 0,
      }),
    });
    [environment, browser] = await startWithBrowser({
      models: [{ name: 'steady', tournament: 'classic', container: image('steady'), fallback: false }],
      jobs: [
        { name: 'retrain', schedule: '0 0 6 * * SUN', container: image('retrain') },
        { name: 'breaks', container: image('breaks'), maxAttempts: 1 },
      ],
      runtime,
    });
    await openHistory(environment).tick();
  });

  const urlOf = (path = '') => `${environment.host.url}/api/dashboard${path}`;
  const ended = (job: string) =>
    expect
      .poll(
        async () => {
          await environment.host.runTimer('watcher');
          return (await fetch(`${environment.host.url}/api/runs?model=${job}`)).text();
        },
        { timeout: 20_000, interval: 100 },
      )
      .toMatch(/"state":"(succeeded|failed)"/);

  test('a job is started, and its page says when it runs next and how it went', async () => {
    const { page, troubles, close } = await openPage(browser);
    await page.goto(urlOf());
    await page.getByRole('link', { name: 'Start retrain' }).click();
    const dialog = page.getByRole('dialog', { name: 'Start retrain?' });
    expect(await dialog.textContent()).toContain('A run is started now, whatever its schedule says.');
    await audit(page);
    await dialog.getByRole('button', { name: 'Start' }).click();
    await page.getByText('The run was requested.').waitFor();
    await ended('retrain');
    await page.goto(urlOf('/retrain'));
    expect(await page.locator('.banner .badge').textContent()).toBe('Succeeded');
    const text = (await page.locator('main').textContent()) ?? '';
    expect(text).toMatch(/Next: .*, 06:00 UTC/);
    expect(text).toContain('a scheduled time is skipped');
    await audit(page);
    await expectNoSidewaysScroll(page);
    await page.getByRole('link', { name: /^On request/ }).click();
    // The page before it has a log as well.
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
    await audit(page);
    expect(troubles).toEqual([]);
    await close();
  });

  test('one that failed is said to have failed at the top of the overview', async () => {
    await fetch(`${environment.host.url}/api/runs/breaks`, { method: 'POST' });
    await ended('breaks');
    const { page, troubles, close } = await openPage(browser);
    await page.goto(urlOf());
    expect(await page.locator('.banner').textContent()).toContain('1 of 2 jobs has failed: breaks.');
    expect(await page.locator('#job-breaks .badge').textContent()).toBe('Failed');
    await audit(page);
    await expectNoSidewaysScroll(page);
    // The page of the run, to which the alert leads, has what the alert says as well.
    await page.getByRole('link', { name: 'Log of breaks' }).click();
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
    await page.getByRole('link', { name: 'Start breaks' }).click();
    expect(await page.getByRole('dialog').textContent()).toContain('A run is started now');
    expect(troubles).toEqual([]);
    await close();
  });

  test.each(['steady', 'retrain'])('%s is paused with a name and a reason, and resumed', async (name) => {
    const { page, troubles, close } = await openPage(browser);
    await page.goto(urlOf(`/${name}`));
    await page.getByRole('link', { name: `Pause ${name}` }).click();
    const dialog = page.getByRole('dialog', { name: `Pause ${name}?` });
    await dialog.getByLabel('Who').fill('Ada');
    await dialog.getByLabel('Why').fill('on <holiday>');
    await audit(page);
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await page.getByText(/Paused since \d\d:\d\d UTC by Ada: on <holiday>\. Nothing of it is started/).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/api/dashboard/${name}`);
    expect(await page.locator('.banner .badge').textContent()).toBe('Paused');
    await audit(page);
    await page.getByRole('link', { name: `Resume ${name}` }).click();
    await page
      .getByRole('dialog', { name: `Resume ${name}?` })
      .getByRole('button', { name: 'Resume' })
      .click();
    await page.getByRole('link', { name: `Pause ${name}` }).waitFor();
    expect(troubles).toEqual([]);
    await close();
  });
});
