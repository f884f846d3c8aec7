// The app's own API, as the commands use it.

import * as z from 'zod/mini';
import { OUTCOMES } from '../src/lib/runs/attempt.ts';
import { RUN_STATES } from '../src/lib/runs/run.ts';
import { SUBMISSIONS } from '../src/lib/runs/slots.ts';
import { messageOf } from '../src/lib/util/errors.ts';
import { CommandFailure, causeOf, EXIT } from './failure.ts';

const text = z.nullable(z.string());
const attemptSchema = z.object({
  number: z.int(),
  execution: text,
  location: text,
  outcome: z.nullable(z.enum(OUTCOMES)),
  exitCode: z.nullable(z.int()),
  startedAt: text,
  finishedAt: text,
  slots: z.nullable(z.array(z.string())),
});
/** What the commands need of it: another version of the app may say more. */
const runSchema = z.object({
  id: z.string(),
  model: text,
  job: text,
  round: z.nullable(z.int()),
  triggerId: text,
  isTest: z.boolean(),
  state: z.enum(RUN_STATES),
  reason: text,
  submission: z.enum(SUBMISSIONS),
  slots: z.array(z.object({ model: z.string(), id: text, submission: z.enum(SUBMISSIONS) })),
  waitingFor: text,
  nextAttemptAt: text,
  attempts: z.array(attemptSchema),
});
const jobSchema = z.object({
  job: z.string(),
  schedule: text,
  nextAt: text,
  paused: z.nullable(z.object({ by: z.string() })),
  lastRun: z.nullable(z.object({ state: z.enum(RUN_STATES) })),
  lastGoodAt: text,
});
const statusSchema = z.object({ jobs: z.array(jobSchema) });
const pauseSchema = z.object({ by: z.string(), reason: text });
const pausesSchema = z.object({ models: z.array(z.object({ paused: z.nullable(pauseSchema) })) });
const startedSchema = z.object({ runId: z.string() });
const pageSchema = z.object({ runs: z.array(runSchema) });
const problemSchema = z.object({ detail: z.string() });

/** A run as the app shows it. */
export type AppRun = z.output<typeof runSchema>;
export type AppAttempt = z.output<typeof attemptSchema>;

/** The model or the job that a run is of. */
export const ownerOf = ({ model, job }: AppRun): string => model ?? job ?? '';

/** All methods throw {@link CommandFailure}: `unreachable`, or `usage` where the key is missing or wrong. */
export interface AppClient {
  readonly url: string;
  /** Throws where no app answers. */
  health(): Promise<void>;
  /** The newest runs of a model, newest first. */
  runs(model: string): Promise<readonly AppRun[]>;
  run(model: string, id: string): Promise<AppRun>;
  /** Who has paused the model, and why; null where nobody has. */
  pause(model: string): Promise<z.output<typeof pauseSchema> | null>;
  /** Starts a test of the model's container, which uses up no round. */
  startTest(model: string): Promise<AppRun>;
  jobs(): Promise<readonly z.output<typeof jobSchema>[]>;
  /** Starts a job now. */
  startJob(job: string): Promise<AppRun>;
  /** The log of the last attempt; empty where there is none. */
  log(model: string, id: string): Promise<string>;
}

const DEADLINE_MS = 20_000;

export function createAppClient(url: string, key: string | null): AppClient {
  async function send(path: string, body?: object): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(url + path, {
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
        headers: {
          ...(key !== null && { 'x-functions-key': key }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        signal: AbortSignal.timeout(DEADLINE_MS),
        redirect: 'error',
      });
    } catch (error) {
      throw new CommandFailure(
        EXIT.unreachable,
        `The app at ${url} does not answer: ${messageOf(error)}${causeOf(error)}. Check that it is deployed and started, and that the address is right.`,
      );
    }
    if (response.ok) return response;
    const said = await response.text();
    if (response.status === 401 || response.status === 403)
      throw new CommandFailure(
        EXIT.usage,
        `The app at ${url} requires a key: ${key === null ? 'OPERATOR_KEY is not set' : 'it does not accept the one in OPERATOR_KEY'}. docs/deploy.md, "Keys of the app", shows the command that reads it.`,
      );
    throw new CommandFailure(
      response.status >= 500 ? EXIT.unreachable : EXIT.failed,
      `The app at ${url} answered ${response.status} to ${path}${detailOf(said)}`,
    );
  }
  async function read<T extends z.ZodMiniType>(path: string, schema: T, body?: object): Promise<z.output<T>> {
    const response = await send(path, body);
    const parsed = z.safeParse(schema, await response.json().catch(() => undefined));
    if (parsed.success) return parsed.data;
    throw new CommandFailure(EXIT.failed, `What answers at ${url}${path} is not this app, or another version of it.`);
  }
  async function start(name: string, options: object): Promise<AppRun> {
    const started = await read(`/api/runs/${encodeURIComponent(name)}`, startedSchema, options);
    return read(pathOf(name, started.runId), runSchema);
  }
  const pathOf = (model: string, id: string) => `/api/runs/${encodeURIComponent(model)}/${id}`;
  return {
    url,
    health: async () => void (await send('/api/health')).body?.cancel(),
    runs: async (model) => (await read(`/api/runs?model=${encodeURIComponent(model)}&limit=20`, pageSchema)).runs,
    run: (model, id) => read(pathOf(model, id), runSchema),
    pause: async (model) =>
      (await read(`/api/status/${encodeURIComponent(model)}`, pausesSchema)).models[0]?.paused ?? null,
    startTest: (model) => start(model, { test: true }),
    jobs: async () => (await read('/api/status', statusSchema)).jobs,
    startJob: (job) => start(job, {}),
    log: async (model, id) => (await send(`${pathOf(model, id)}/logs`)).text(),
  };
}

/** The detail of a problem (RFC 9457), as the end of a sentence. */
function detailOf(body: string): string {
  try {
    const parsed = z.safeParse(problemSchema, JSON.parse(body));
    return parsed.success ? `: ${parsed.data.detail}` : '.';
  } catch {
    return '.';
  }
}
