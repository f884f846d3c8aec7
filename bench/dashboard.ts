// Does the dashboard grow with the history? Its size, its external calls and its time, with five models and a
// hundred runs, and with fifty models and a hundred thousand runs.

import { gzipSync } from 'node:zlib';
import { startEnvironment } from '../local/environment/environment.ts';
import { roundsAround } from '../local/scenes/rounds.ts';
import { play } from '../local/scenes/scene.ts';
import { many } from '../local/scenes/scenes.ts';
import { median, ms, printTable, timed } from './numbers.ts';

const CASES = [
  { models: 5, rounds: 20 },
  { models: 50, rounds: 2000 },
] as const;
const TIMES = 15;

export async function benchDashboard(): Promise<void> {
  const rows: string[][] = [];
  for (const { models, rounds } of CASES) rows.push(...(await measure(models, rounds)));
  printTable(
    'The dashboard',
    ['models', 'runs', 'page', 'KB', 'KB gzipped', 'calls to tables', 'other calls', 'median'],
    rows,
  );
}

async function measure(models: number, rounds: number): Promise<string[][]> {
  const environment = await startEnvironment({
    hosts: 0,
    numerai: { schedule: roundsAround(new Date()) },
  });
  try {
    const { host } = await play(environment, many(models, rounds), 'bench');
    const pages = [
      ['overview', '/api/dashboard-page'],
      ['model', '/api/dashboard-page/m-01'],
    ] as const;
    const rows: string[][] = [];
    for (const [page, path] of pages) {
      const text = async () => (await fetch(`${host.url}${path}`)).text();
      // The rounds are asked of Numerai once a minute, and connections are made, before it is measured.
      const body = await text();
      const tables = environment.emulators.tables?.callCount ?? 0;
      const all = () => Object.values(environment.emulators).reduce((sum, { callCount }) => sum + callCount, 0);
      const allBefore = all();
      await text();
      const toTables = (environment.emulators.tables?.callCount ?? 0) - tables;
      const others = all() - allBefore - toTables;
      const times: number[] = [];
      for (let turn = 0; turn < TIMES; turn += 1) times.push((await timed(text)).took);
      rows.push([
        String(models),
        (models * rounds).toLocaleString('en'),
        page,
        (Buffer.byteLength(body) / 1000).toFixed(1),
        (gzipSync(body).length / 1000).toFixed(1),
        String(toTables),
        String(others),
        ms(median(times)),
      ]);
    }
    return rows;
  } finally {
    await environment.close();
  }
}
