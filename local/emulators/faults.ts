// The faults that an emulator can be given, and the calls that they affect.

import { z } from 'zod';
import { GARBLED_FORMS } from './garbled.ts';

const match = z
  .object({
    method: z.string().optional(),
    /** Regular expression that the path and query have to match. */
    path: z.string().optional(),
  })
  .strict();

const common = {
  match: match.optional(),
  /** How many matching calls it lets pass first; default none. */
  after: z.number().int().min(0).optional(),
  /** How many calls it affects; default: all, until it is cleared. */
  times: z.number().int().positive().optional(),
};

const faultSchema = z.discriminatedUnion('kind', [
  /** Answers later, otherwise as usual. */
  z.object({ kind: z.literal('latency'), milliseconds: z.number().min(0), ...common }).strict(),
  /** Refuses in the service's own words, as Numerai does with 200 as well. The request is not carried out. */
  z
    .object({
      kind: z.literal('status'),
      status: z.union([z.literal(200), z.number().int().min(400).max(599)]),
      code: z.string().optional(),
      message: z.string().optional(),
      retryAfterSeconds: z.number().min(0).optional(),
      ...common,
    })
    .strict(),
  /** Breaks the connection before the request is carried out. */
  z.object({ kind: z.literal('drop-before'), ...common }).strict(),
  /** Carries the request out, then breaks the connection: the answer never arrives. */
  z.object({ kind: z.literal('drop-after'), ...common }).strict(),
  /** Answers what nobody can read; `carriedOut`: the request is carried out all the same. */
  z
    .object({
      kind: z.literal('garbled'),
      form: z.enum(GARBLED_FORMS),
      carriedOut: z.boolean().optional(),
      ...common,
    })
    .strict(),
  /** Never answers. The request is not carried out. */
  z.object({ kind: z.literal('hang'), ...common }).strict(),
]);

export type Fault = z.infer<typeof faultSchema>;
export type FatalFault = Exclude<Fault, { kind: 'latency' }>;

/** Reads a fault from untrusted input; throws an error that lists what is wrong with it. */
export function parseFault(value: unknown): Fault {
  const parsed = faultSchema.safeParse(value);
  if (!parsed.success) throw new Error(`Not a fault: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** What a fault is matched against. */
interface MatchedCall {
  readonly method: string;
  readonly url: URL;
}

interface Entry {
  readonly fault: Fault;
  skip: number;
  left: number;
}

export class FaultList {
  #entries: Entry[] = [];

  /** Adds a fault. A call gets the first one that matches it; latencies add up. */
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

  /** The faults of this call; counts against their `times`. */
  take(call: MatchedCall): { latencyMs: number; fault: FatalFault | undefined } {
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

function matches(fault: Fault, call: MatchedCall): boolean {
  const { method, path } = fault.match ?? {};
  if (method !== undefined && method !== call.method) return false;
  return path === undefined || new RegExp(path).test(call.url.pathname + call.url.search);
}
