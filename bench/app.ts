// The app as it is deployed, with one function more, which tells how much memory it has after a collection.

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
    return { jsonBody: process.memoryUsage() };
  },
});
