// How much of a container's log an answer shows.

import { ArmError } from './arm-error.ts';

/**
 * The last `tail` lines, where so many were asked for, and a time before each where `timestamps` was. The
 * emulator knows when the container started, not when it wrote each line: that is the time it gives.
 */
export function shapeLog(log: string, query: URLSearchParams, startTime: Date | undefined): string {
  const tail = query.get('tail');
  const ended = log.endsWith('\n');
  let lines = (ended ? log.slice(0, -1) : log).split('\n');
  if (tail !== null) {
    if (!/^\d{1,9}$/.test(tail)) {
      throw new ArmError(400, 'InvalidTail', `The value '${tail}' of 'tail' is not valid.`);
    }
    lines = Number(tail) === 0 ? [] : lines.slice(-Number(tail));
  }
  if (query.get('timestamps') === 'true') {
    lines = lines.map((line) => `${startTime?.toISOString() ?? ''} ${line}`);
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}${ended ? '\n' : ''}`;
}
