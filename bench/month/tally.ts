// What the app did in the simulated month, counted as it happens.

import { parseCall } from '../../local/emulators/table-storage/operations.ts';
import type { LogEntry } from '../../local/host/log.ts';
import type { WireRequest } from '../../test/simulation/world/carrier.ts';
import type { Dependency } from '../../test/simulation/world/fate.ts';

/** The least that an execution is billed for on Flex Consumption. */
const LEAST_SECONDS = 1;

export class Tally {
  /** By function. */
  readonly executions: Record<string, number> = {};
  /** Of all executions, each at least one second. */
  billedSeconds = 0;
  longestSeconds = 0;
  failedExecutions = 0;
  /** Requests, by the function's group of instances and the dependency. */
  readonly calls: Record<string, Partial<Record<Dependency, number>>> = {};
  /** Requests to tables, by what they ask for; a transaction of several entities is one request. */
  readonly tableRequests: Record<string, number> = {};
  /** Operations inside the transactions of several entities. */
  operationsInTransactions = 0;
  /** Lines of the host and of the app, and the bytes of their texts. */
  logLines = 0;
  logBytes = 0;

  /** @param seconds on the simulation's clock, with what a cold start takes. */
  execution(name: string, seconds: number, succeeded: boolean): void {
    add(this.executions, name);
    this.billedSeconds += Math.max(LEAST_SECONDS, seconds);
    this.longestSeconds = Math.max(this.longestSeconds, seconds);
    if (!succeeded) this.failedExecutions += 1;
  }

  request(group: string, dependency: Dependency, request: WireRequest): void {
    this.calls[group] ??= {};
    add(this.calls[group], dependency);
    if (dependency !== 'tables') return;
    const { operations, isTransaction } = parseCall({
      ...request,
      body: Buffer.from(request.body),
      id: 0,
      receivedAt: 0,
      status: 0,
    });
    add(this.tableRequests, isTransaction ? 'transaction' : (operations[0]?.kind ?? 'other'));
    if (isTransaction) this.operationsInTransactions += operations.length;
  }

  line({ message }: Pick<LogEntry, 'message'>): void {
    this.logLines += 1;
    this.logBytes += Buffer.byteLength(message);
  }

  callsTo(dependency: Dependency): number {
    return Object.values(this.calls).reduce((sum, calls) => sum + (calls[dependency] ?? 0), 0);
  }
}

function add<Key extends string>(counts: Partial<Record<Key, number>>, key: Key): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
