// `npm run bench`: measures and prints; nothing passes or fails. Baselines are measured in the same run.
// `npm run bench -- load webhook history dashboard` runs a part of it.

import { cpus, loadavg } from 'node:os';
import { Argument } from 'commander';
import { createProgram } from '../scripts/command-line.ts';
import { benchDashboard } from './dashboard.ts';
import { benchHistory } from './history.ts';
import { benchLoadTime } from './load-time.ts';
import { benchWebhook } from './webhook.ts';

const PARTS = {
  load: benchLoadTime,
  webhook: benchWebhook,
  history: benchHistory,
  dashboard: benchDashboard,
} as const;

const { args } = createProgram('npm run bench --')
  .description('Measures and prints.')
  .addArgument(new Argument('[parts...]', 'only these').choices(Object.keys(PARTS)))
  .parse();

const [cpu] = cpus();
const load = loadavg()[0] ?? 0;
console.log(
  `Node.js ${process.version}, ${cpus().length} × ${cpu?.model.trim() ?? 'CPU'}; load before: ${load.toFixed(1)}`,
);
for (const [name, bench] of Object.entries(PARTS)) {
  if (args.length === 0 || args.includes(name)) await bench();
}
