// A container's log, as a call for it is answered.

import { ArmError, transitioning } from './arm-error.ts';
import type { ContainerGroup } from './group.ts';

/** The log that the query asks for. Refused if there is no such container, or no log of it yet. */
export function logView(group: ContainerGroup, name: string, query: URLSearchParams): object {
  const container = group.containers.find((one) => one.name === name);
  if (container === undefined) {
    throw new ArmError(
      404,
      'ContainerNotFound',
      `The container '${name}' in container group '${group.name}' was not found.`,
    );
  }
  const { log, current } = container;
  if (log === undefined && group.provisioningState === 'Pending') throw transitioning(group.name);
  if (log === undefined) {
    throw new ArmError(
      404,
      'ContainerLogNotAvailable',
      `Log of container '${name}' in container group '${group.name}' is not available yet. Please check container 'InstanceView' for more information or retry later.`,
    );
  }
  return { content: shapeLog(log, query, current?.startTime) };
}

/**
 * The last `tail` lines if a number was given, each with a time in front if `timestamps` is set. The emulator
 * does not know when each line was written: it gives the time at which the container started.
 */
function shapeLog(log: string, query: URLSearchParams, startTime: Date | undefined): string {
  const tail = query.get('tail');
  const endsWithNewline = log.endsWith('\n');
  let lines = (endsWithNewline ? log.slice(0, -1) : log).split('\n');
  if (tail !== null) {
    if (!/^\d{1,9}$/.test(tail)) {
      throw new ArmError(400, 'InvalidTail', `The value '${tail}' of 'tail' is not valid.`);
    }
    lines = Number(tail) === 0 ? [] : lines.slice(-Number(tail));
  }
  if (query.get('timestamps') === 'true') {
    lines = lines.map((line) => `${startTime?.toISOString() ?? ''} ${line}`);
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}${endsWithNewline ? '\n' : ''}`;
}
