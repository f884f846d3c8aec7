// `npm run bench`: measures and prints; nothing passes or fails. Baselines are measured in the same run.
// `npm run bench -- load webhook history dashboard` runs a part of it.

import { cpus, loadavg } from 'node:os';
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

const isPart = (name: string): name is keyof typeof PARTS => Object.hasOwn(PARTS, name);

const asked = process.argv.slice(2);
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
  if (asked.length === 0 || asked.includes(name)) await bench();
}
