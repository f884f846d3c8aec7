// `npm run screenshots`: the dashboard's main states as pictures, from the local environment.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Option } from 'commander';
import type { Browser } from 'playwright-core';
import { DRILL_NAMES, DRILLS, type DrillName } from '../local/drills/drills.ts';
import { playDrill } from '../local/drills/stage.ts';
import { startEnvironment } from '../local/environment/environment.ts';
import { inPart } from '../local/scenes/in-part.ts';
import { jobs } from '../local/scenes/jobs.ts';
import { ROUND, roundsAround } from '../local/scenes/rounds.ts';
import { play, type Scene } from '../local/scenes/scene.ts';
import { failing, fresh, healthy, many, retrying } from '../local/scenes/scenes.ts';
import { stuck } from '../local/scenes/stuck.ts';
import { findChromium, launchChromium } from './browser.ts';
import { buildApp, isStale } from './build.ts';
import { createProgram } from './command-line.ts';

const {
  out,
  all,
  drills = [],
} = createProgram('npm run screenshots --')
  .description("Takes the README's two pictures of the dashboard.")
  .option('--all', 'take every state as well')
  .addOption(
    new Option('--drills <names...>', 'take these drills instead, by the names of npm start -- --drill').choices([
      'all',
      ...DRILL_NAMES,
    ]),
  )
  .option('--out <folder>', 'where all states go', fileURLToPath(new URL('../.local/screenshots', import.meta.url)))
  .parse()
  .opts<{ readonly out: string; readonly all?: boolean; readonly drills?: readonly (DrillName | 'all')[] }>();
const README_IMAGES = fileURLToPath(new URL('../docs/images', import.meta.url));

interface Shot {
  readonly file: string;
  readonly path: string;
  readonly width: number;
  readonly height?: number;
  readonly dark?: boolean;
  readonly scale?: number;
  /** As high as the page is. */
  readonly whole?: boolean;
  /** A link to a question, which is shown as a dialog. */
  readonly press?: string;
  /** A link to another page. */
  readonly follow?: string;
  /** To the page of the newest run. */
  readonly followRun?: boolean;
}

async function shoot(browser: Browser, url: string, shot: Shot): Promise<void> {
  const page = await browser.newPage({
    viewport: { width: shot.width, height: shot.height ?? 800 },
    colorScheme: shot.dark === true ? 'dark' : 'light',
    deviceScaleFactor: shot.scale ?? 1,
    timezoneId: 'UTC',
  });
  await page.goto(`${url}/api/dashboard${shot.path}`);
  if (shot.follow !== undefined) {
    await page.getByRole('link', { name: shot.follow }).first().click();
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
  }
  if (shot.followRun === true) {
    const run = page.locator('.runs-table th a').first();
    if ((await run.count()) === 0) return page.close();
    await run.click();
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
  }
  if (shot.press !== undefined) {
    await page.getByRole('link', { name: shot.press }).first().click();
    await page.getByRole('dialog').waitFor();
  }
  await page.screenshot({ path: shot.file, fullPage: shot.whole ?? true });
  await page.close();
  console.log(shot.file);
}

/** @param of the environment of its own in which the scene is played. */
async function withScene(
  browser: Browser,
  scene: Scene,
  shots: (url: string, model: (name: string) => string) => readonly Shot[],
): Promise<void> {
  const environment = await startEnvironment({
    models: scene.models,
    numerai: { schedule: roundsAround(new Date()) },
    hosts: 0,
  });
  try {
    const { host } = await play(environment, scene, 'scene');
    for (const shot of shots(host.url, (name) => `/${name}`)) await shoot(browser, host.url, shot);
  } finally {
    for (const host of environment.hosts) await host.stop();
    await environment.close();
  }
}

/** What an operator sees of a drill: on a screen, and in the night on a phone. */
async function withDrill(browser: Browser, name: DrillName): Promise<void> {
  const environment = await playDrill(DRILLS[name]);
  try {
    // Another process of the app, which has asked Numerai nothing while it answered.
    const host = await environment.addHost();
    const pages = [
      ['overview', ''],
      ...environment.models.filter(({ isFirst }) => isFirst).map((model) => [model.name, `/${model.name}`]),
    ];
    for (const [page, path = ''] of pages)
      for (const [width, dark] of [
        [1280, false],
        [390, true],
      ] as const) {
        const file = to(`drill-${name}-${page}-${width}`);
        await shoot(browser, host.url, { file, path, width, dark });
        if (path !== '')
          await shoot(browser, host.url, {
            file: to(`drill-${name}-${page}-run-${width}`),
            path,
            width,
            dark,
            followRun: true,
          });
      }
  } finally {
    await environment.close();
  }
}

const executable = findChromium();
if (executable === undefined) {
  console.error('There is no Chromium on this machine. Install one, or name it in CHROMIUM_PATH.');
  process.exit(1);
}
if (await isStale()) await buildApp();
await mkdir(out, { recursive: true });
await mkdir(README_IMAGES, { recursive: true });
const to = (name: string) => join(out, `${name}.png`);
const readme = (name: string) => join(README_IMAGES, `dashboard-${name}.png`);
const browser = await launchChromium(executable);
try {
  for (const name of drills.includes('all') ? DRILL_NAMES : drills) if (name !== 'all') await withDrill(browser, name);
  if (drills.length === 0) {
    await takeScenes(browser);
    console.log(`Round ${ROUND}.`);
  }
} finally {
  await browser.close();
}

async function takeScenes(browser: Browser): Promise<void> {
  await withScene(browser, healthy(), () => [
    { file: readme('healthy'), path: '', width: 1280, height: 860, whole: false },
    ...(all
      ? [
          { file: to('healthy-1600'), path: '', width: 1600 },
          { file: to('healthy-dark'), path: '', width: 1280, dark: true },
          { file: to('healthy-360'), path: '', width: 360 },
          { file: to('healthy-800'), path: '', width: 800 },
          { file: to('model'), path: '/nightly-lgbm', width: 1280 },
          { file: to('model-dark-360'), path: '/nightly-lgbm', width: 360, dark: true },
        ]
      : []),
  ]);
  await withScene(browser, failing(), () => [
    { file: readme('failing'), path: '', width: 1280, height: 860, whole: false },
    ...(all
      ? [
          { file: to('failing-1600'), path: '', width: 1600 },
          { file: to('failing-dark'), path: '', width: 1280, dark: true },
          { file: to('failing-360'), path: '', width: 360 },
          { file: to('failing-model'), path: '/big-ensemble', width: 1280 },
          { file: to('confirm'), path: '', width: 1280, whole: false, press: 'Retry' },
          {
            file: to('confirm-360-dark'),
            path: '',
            width: 360,
            whole: false,
            dark: true,
            press: 'Start',
          },
        ]
      : []),
  ]);
  if (all) {
    await withScene(browser, retrying(), () => [
      { file: to('retrying'), path: '', width: 1280 },
      { file: to('waiting-run'), path: '/waiting', width: 1280, follow: 'Log of waiting' },
      {
        file: to('three-attempts-360-dark'),
        path: '/third-lucky',
        width: 360,
        dark: true,
        follow: 'Log of third-lucky',
      },
    ]);
    await withScene(browser, inPart(), () => [
      { file: to('in-part'), path: '', width: 1280 },
      { file: to('in-part-360-dark'), path: '', width: 360, dark: true },
      { file: to('in-part-model'), path: '/ensemble', width: 1280 },
      { file: to('in-part-run'), path: '/ensemble', width: 1280, follow: 'Log of ensemble' },
      { file: to('in-part-run-360'), path: '/ensemble', width: 360, follow: 'Log of ensemble' },
    ]);
    await withScene(browser, stuck(), () => [
      { file: to('stuck'), path: '', width: 1280 },
      { file: to('stuck-390'), path: '', width: 390 },
      ...['for-you', 'no-resort', 'bounded'].flatMap((name) =>
        [1280, 390].map((width) => ({
          file: to(`${name}-${width}`),
          path: `/${name}`,
          width,
          follow: `Log of ${name}`,
        })),
      ),
      { file: to('stuck-start'), path: '', width: 1280, whole: false, press: 'Try now for-you' },
    ]);
    await withScene(browser, jobs(), () => [
      { file: to('jobs'), path: '', width: 1280 },
      { file: to('jobs-360-dark'), path: '', width: 360, dark: true },
      { file: to('job-due'), path: '/retrain', width: 1280 },
      { file: to('job-skipped-360'), path: '/features', width: 360 },
      { file: to('job-failed'), path: '/price-data', width: 1280 },
      { file: to('job-failed-run-360'), path: '/price-data', width: 360, follow: 'Log of price-data' },
      { file: to('job-paused'), path: '/weekly-report', width: 1280 },
      { file: to('job-on-request-360'), path: '/backfill', width: 360 },
    ]);
    await withScene(browser, fresh(), () => [
      { file: to('fresh'), path: '', width: 1280 },
      { file: to('group-model'), path: '/new-second', width: 1280 },
    ]);
    await withScene(browser, many(50, 25), () => [{ file: to('many'), path: '', width: 1600 }]);
  }
}
