// `npm run bench`: measures and prints; nothing passes or fails. Baselines are measured in the same run.
// `npm run bench -- load first webhook history dashboard` runs a part of it. `--against FOLDER` measures another build of the
// app too, in turn with this one: FOLDER is a checkout in which `npm run build` was run.

import { cpus, loadavg } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { benchDashboard } from './dashboard.ts';
import { benchFirstWebhook } from './first-webhook.ts';
import { benchHistory } from './history.ts';
import { benchLoadTime } from './load-time.ts';
import { benchWebhook } from './webhook.ts';

const PARTS = {
  load: benchLoadTime,
  first: benchFirstWebhook,
  webhook: () => benchWebhook(),
  history: () => benchHistory(),
  dashboard: () => benchDashboard(),
} as const;

const isPart = (name: string): name is keyof typeof PARTS => Object.hasOwn(PARTS, name);

const { positionals: asked, values } = parseArgs({
  allowPositionals: true,
  options: { against: { type: 'string' } },
});
const against = values.against === undefined ? undefined : resolve(values.against);
const unknown = asked.filter((name) => !isPart(name));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}. Parts: ${Object.keys(PARTS).join(', ')}.`);
  process.exit(1);
}

const [cpu] = cpus();
const load = loadavg()[0] ?? 0;
console.log(
  `Node.js ${process.version}, ${cpus().length} × ${cpu?.model.trim() ?? 'CPU'}; load before: ${load.toFixed(1)}`,
);
for (const [name, bench] of Object.entries(PARTS)) {
  if (asked.length === 0 || asked.includes(name)) await bench(against);
}
