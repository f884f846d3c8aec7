// The dashboard where people sign in with Microsoft Entra, by the platform's built-in authentication.

import type { Browser } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import type { Environment } from '../../../local/environment/environment.ts';
import { EMULATED_USER } from '../../../local/host/built-in-auth.ts';
import type { Host } from '../../../local/host/host.ts';
import { openHistory } from '../../../local/scenes/history.ts';
import { healthy } from '../../../local/scenes/scenes.ts';
import { describeInBrowser, openPage } from './browser.ts';
import { startWithBrowser } from './environment.ts';

const SOMEBODY_ELSE = '11111111-2222-4333-8444-555555555555';

describeInBrowser('the dashboard where people sign in', () => {
  let environment: Environment;
  let browser: Browser;
  let host: Host;
  const scene = healthy();

  const hostFor = (users: string, more: Readonly<Record<string, string>> = { WEBSITE_AUTH_ENABLED: 'True' }) =>
    environment.addHost({ environment: { ...environment.settings, DASHBOARD_USERS: users, ...more } });

  beforeAll(async () => {
    [environment, browser] = await startWithBrowser({ models: scene.models, hosts: 0, host: { auth: true } });
    await scene.seed(openHistory(environment), new Date());
    host = await hostFor(`${SOMEBODY_ELSE}, ${EMULATED_USER.toUpperCase()}`);
  });

  test('the link of an alert leads to the page it is for, by way of the sign-in, and no key is asked for', async () => {
    const { page, troubles, close } = await openPage(browser, { width: 390, dark: true });
    await page.goto(`${host.url}/api/dashboard/deep-resnet`);
    expect(page.url()).toBe(`${host.url}/api/dashboard/deep-resnet`);
    expect(await page.locator('h1').textContent()).toBe('deep-resnet');
    await page.getByRole('link', { name: 'Start deep-resnet' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('checkbox').check();
    await dialog.getByRole('button', { name: 'Start again' }).click();
    await page.getByText('The run was requested.').waitFor();
    expect(troubles).toEqual([]);
    await close();
  });

  const statusOf = async (of: Host, path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') => {
    const { status } = await fetch(`${of.url}${path}`, { method, headers, redirect: 'manual' });
    return status;
  };
  const forged = { 'x-ms-client-principal-id': EMULATED_USER, 'x-ms-client-principal-idp': 'aad' };

  test('nobody gets in by saying who they are, or with a key', async () => {
    const key = { 'x-functions-key': host.masterKey };
    for (const path of ['/api/dashboard', '/api/dashboard-page', '/api/dashboard-page/deep-resnet/start'])
      for (const headers of [{}, forged, key]) expect(await statusOf(host, path, headers)).toBe(302);
    const own = { 'sec-fetch-site': 'same-origin' };
    for (const headers of [own, { ...own, ...forged }])
      expect(await statusOf(host, '/api/dashboard-page/deep-resnet/start', headers, 'POST')).toBe(401);
    // Programs have keys as before.
    expect(await statusOf(host, '/api/status')).toBe(401);
    expect(await statusOf(host, '/api/status', key)).toBe(200);
  });

  test('a page of another site cannot press anything, though the browser sends the cookie', async () => {
    const headers = { cookie: `AppServiceAuthSession=${EMULATED_USER}`, 'sec-fetch-site': 'cross-site' };
    expect(await statusOf(host, '/api/dashboard-page/deep-resnet/start', headers, 'POST')).toBe(403);
  });

  test('who is not among those who may is told so, with the id to add', async () => {
    const other = await hostFor(SOMEBODY_ELSE);
    const { page, close } = await openPage(browser);
    const answer = await page.goto(`${other.url}/api/dashboard`);
    expect(answer?.status()).toBe(403);
    expect(await page.locator('main').textContent()).toContain(`You are signed in as ${EMULATED_USER}`);
    await close();
    await other.kill();
  });

  test('where the platform does not say that its authentication is on, keys are asked for, and no header counts', async () => {
    const other = await hostFor(EMULATED_USER, {});
    expect(await statusOf(other, '/api/dashboard-page', forged)).toBe(401);
    expect(await (await fetch(`${other.url}/api/dashboard`, { headers: forged })).text()).toContain('asks for a key');
    await other.kill();
  });
});
