// Long-running operations, which clients poll.

import { randomUUID } from 'node:crypto';
import type { InstanceEvent } from './instance.ts';

export interface Operation {
  readonly id: string;
  readonly resourceId: string;
  readonly location: string;
  readonly startTime: Date;
  status: 'Pending' | 'Succeeded' | 'Failed' | 'Canceled';
  endTime: Date | undefined;
  /** The code may be missing, as it is in Azure's error for a region without room. */
  error: { code?: string; message: string } | undefined;
  /** The group's events that explain a failure. */
  events: readonly InstanceEvent[];
}

/** An operation is forgotten when this many later ones have begun. */
const KEPT = 1_000;

export class Operations {
  readonly #byId = new Map<string, Operation>();

  begin(resourceId: string, location: string, now: Date): Operation {
    const operation: Operation = {
      id: randomUUID(),
      resourceId,
      location,
      startTime: now,
      status: 'Pending',
      endTime: undefined,
      error: undefined,
      events: [],
    };
    this.#byId.set(operation.id, operation);
    const oldest = this.#byId.keys().next();
    if (this.#byId.size > KEPT && oldest.done === false) this.#byId.delete(oldest.value);
    return operation;
  }

  get(id: string): Operation | undefined {
    return this.#byId.get(id);
  }
}

/** Ends an operation, once. */
export function endOperation(
  operation: Operation | undefined,
  now: Date,
  error?: { code?: string; message: string } | 'canceled',
): void {
  if (operation === undefined || operation.status !== 'Pending') return;
  operation.endTime = now;
  if (error === undefined) operation.status = 'Succeeded';
  else if (error === 'canceled') operation.status = 'Canceled';
  else {
    operation.status = 'Failed';
    operation.error = error;
  }
}
