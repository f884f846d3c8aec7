// The app as it is deployed, with one function more, which tells how much memory it has after a collection, and the most
// that it has had.

import { readFileSync } from 'node:fs';
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
    return { jsonBody: { ...process.memoryUsage(), peak: peak() } };
  },
});

/**
 * The most that this process had resident, in bytes. Linux hands `maxRSS` on from the process that forked this one, which
 * holds the tables of the benchmark: there `VmHWM` is that of this program alone (proc_pid_status(5)).
 */
function peak(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error('/proc/self/status has no VmHWM.');
  return Number(kilobytes) * 1024;
}
