// `npm run weeks`: the simulated weeks in full, and their table.

import { outcomesOf, tableOf } from './tally.ts';
import { runApp, runTutorial } from './variants.ts';

const [models = '30', weeks = '10', seed = '7'] = process.argv.slice(2);
const options = { models: Number(models), weeks: Number(weeks), seed: Number(seed) };
const rows = [];
for (const [name, run] of [
  ['this app', () => runApp(options, { withFallback: true })],
  ['fallback off', () => runApp(options, { withFallback: false })],
  ['tutorial-like handler', () => runTutorial(options)],
] as const) {
  const begun = performance.now();
  const outcome = await run();
  rows.push({ name, outcomes: outcomesOf(outcome) });
  console.error(`${name}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}
console.log(tableOf(rows));
