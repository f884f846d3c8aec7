// `npm run bench`: measures and prints; nothing passes or fails. Baselines are measured in the same run.
// `npm run bench -- load first webhook start slots jobs history dashboard overview burst` runs a part of it. `--against FOLDER` measures another build of the
// app too, in turn with this one: FOLDER is a checkout in which `npm run build` was run.

import { cpus, loadavg } from 'node:os';
import { resolve } from 'node:path';
import { Argument } from 'commander';
import { createProgram } from '../scripts/command-line.ts';
import { benchBurst } from './burst.ts';
import { benchDashboard } from './dashboard.ts';
import { benchFirstWebhook } from './first-webhook.ts';
import { benchHistory } from './history.ts';
import { benchJobs } from './jobs.ts';
import { benchLoadTime } from './load-time.ts';
import { benchOverview } from './overview.ts';
import { benchSlots } from './slots.ts';
import { benchStart } from './start.ts';
import { benchWebhook } from './webhook.ts';

const PARTS = {
  load: benchLoadTime,
  first: benchFirstWebhook,
  webhook: () => benchWebhook(),
  start: () => benchStart(),
  slots: () => benchSlots(),
  jobs: () => benchJobs(),
  history: () => benchHistory(),
  dashboard: () => benchDashboard(),
  overview: () => benchOverview(),
  burst: () => benchBurst(),
} as const;

const program = createProgram('npm run bench --')
  .description('Measures and prints.')
  .addArgument(new Argument('[parts...]', 'only these').choices(Object.keys(PARTS)))
  .option('--against <folder>', 'another built checkout to compare with')
  .parse();
const { args } = program;
const { against: folder } = program.opts<{ against?: string }>();
const against = folder === undefined ? undefined : resolve(folder);

const [cpu] = cpus();
const load = loadavg()[0] ?? 0;
console.log(
  `Node.js ${process.version}, ${cpus().length} × ${cpu?.model.trim() ?? 'CPU'}; load before: ${load.toFixed(1)}`,
);
for (const [name, bench] of Object.entries(PARTS)) {
  if (args.length === 0 || args.includes(name)) await bench(against);
}
