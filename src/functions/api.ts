// The calls of the HTTP API: what docs/openapi.json describes. The pages are for people (dashboard.ts).

import { cancel } from './cancel.ts';
import { healthDeep } from './health-deep.ts';
import { logs } from './logs.ts';
import { metrics } from './metrics.ts';
import { pause, resume } from './pause.ts';
import { run } from './run.ts';
import { runs } from './runs.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { webhook } from './webhook.ts';

/** By the names that the functions have in Azure. */
export const API = {
  webhook,
  status,
  metrics,
  runs,
  run,
  logs,
  start,
  cancel,
  pause,
  resume,
  healthDeep,
};
