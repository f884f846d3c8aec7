// A process that outlives its parent by a moment: when the parent dies, in whatever way, its end of the pipe
// closes, and the guard kills all process groups that the parent has announced.
// Lines on stdin: `+<pid>` adds a process group, `-<pid>` removes it.

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
// Ctrl-C is meant for the parent; it must not end the guard first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
