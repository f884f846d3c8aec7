// What an emulator can be told to do wrong, and for how many calls.

import { z } from 'zod';
import type { EmulatorCall } from './emulator.ts';

const match = z
  .object({
    method: z.string().optional(),
    /** Regular expression, tried on the path and query. */
    path: z.string().optional(),
  })
  .strict();

const common = {
  match: match.optional(),
  /** How many matching calls pass untouched first; default none. */
  after: z.number().int().min(0).optional(),
  /** How many calls it befalls; default: all, until cleared. */
  times: z.number().int().positive().optional(),
};

const faultSchema = z.discriminatedUnion('kind', [
  /** Answers later, and otherwise as usual. */
  z.object({ kind: z.literal('latency'), milliseconds: z.number().min(0), ...common }).strict(),
  /** Refuses in the service's own words; nothing is done. */
  z
    .object({
      kind: z.literal('status'),
      status: z.number().int().min(400).max(599),
      code: z.string().optional(),
      message: z.string().optional(),
      retryAfterSeconds: z.number().min(0).optional(),
      ...common,
    })
    .strict(),
  /** The connection breaks before anything is done. */
  z.object({ kind: z.literal('drop-before'), ...common }).strict(),
  /** The request is carried out, but its answer never arrives. */
  z.object({ kind: z.literal('drop-after'), ...common }).strict(),
  /** No answer at all, and nothing is done. */
  z.object({ kind: z.literal('hang'), ...common }).strict(),
]);

export type Fault = z.infer<typeof faultSchema>;
export type FatalFault = Exclude<Fault, { kind: 'latency' }>;

/** Reads a fault that came from outside; throws an error that lists what is wrong with it. */
export function parseFault(value: unknown): Fault {
  const parsed = faultSchema.safeParse(value);
  if (!parsed.success) throw new Error(`Not a fault: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

interface Entry {
  readonly fault: Fault;
  skip: number;
  left: number;
}

export class FaultList {
  #entries: Entry[] = [];

  /** Adds a fault; the first that matches a call befalls it, latencies add up. */
  add(fault: Fault): Fault {
    this.#entries.push({
      fault,
      skip: fault.after ?? 0,
      left: fault.times ?? Number.POSITIVE_INFINITY,
    });
    return fault;
  }

  list(): Fault[] {
    return this.#entries.map((entry) => entry.fault);
  }

  clear(): void {
    this.#entries = [];
  }

  /** What befalls this call; uses up one of the fault's times. */
  take(call: EmulatorCall): { latencyMs: number; fault: FatalFault | undefined } {
    let latencyMs = 0;
    let fault: FatalFault | undefined;
    for (const entry of this.#entries) {
      if (!matches(entry.fault, call)) continue;
      if (entry.fault.kind !== 'latency' && fault !== undefined) continue;
      if (entry.skip > 0) {
        entry.skip -= 1;
        continue;
      }
      entry.left -= 1;
      if (entry.fault.kind === 'latency') latencyMs += entry.fault.milliseconds;
      else fault = entry.fault;
    }
    this.#entries = this.#entries.filter((entry) => entry.left > 0);
    return { latencyMs, fault };
  }
}

function matches(fault: Fault, call: EmulatorCall): boolean {
  const { method, path } = fault.match ?? {};
  if (method !== undefined && method !== call.method) return false;
  return path === undefined || new RegExp(path).test(call.url.pathname + call.url.search);
}
