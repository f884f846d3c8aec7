// Runs as a process of its own and outlives the one that started it by a moment: when that dies, by
// whatever means, its end of the pipe closes, and all process groups that it had announced are killed.
// Lines on stdin: `+<pid>` watches a process group, `-<pid>` no longer does.

import { createInterface } from 'node:readline';
import { killTree } from './process-tree.ts';

const watched = new Set<number>();

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const pid = Number(line.slice(1));
  if (line.startsWith('+')) watched.add(pid);
  else watched.delete(pid);
});
lines.on('close', () => {
  for (const pid of watched) killTree(pid, 'SIGKILL');
  process.exit(0);
});
// A Ctrl-C meant for the parent must not end the guard before the parent.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
