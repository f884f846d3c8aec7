// The app as it is deployed, with one function more, which tells how much memory it has after a collection, and the most
// that it has had.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { app } from '@azure/functions';
import '../src/main.ts';

app.http('memory', {
  route: 'memory',
  handler: async () => {
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    if (typeof collect === 'function') collect();
    return { jsonBody: { ...process.memoryUsage(), peak: process.resourceUsage().maxRSS * 1024 } };
  },
});
