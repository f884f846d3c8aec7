// The app's own API, as the commands use it.

import * as z from 'zod/mini';
import { messageOf } from '../src/lib/util/errors.ts';
import { parseJson } from '../src/lib/util/json.ts';
import {
  type AppHealth,
  type AppPause,
  type AppRun,
  type AppStatus,
  healthSchema,
  pageSchema,
  problemSchema,
  runSchema,
  startedSchema,
  statusSchema,
} from './app-schema.ts';
import { CommandFailure, causeOf, EXIT } from './failure.ts';

/** What a list of runs is to have. */
interface RunsQuery {
  readonly model?: string | undefined;
  readonly state?: string | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

/** All methods throw {@link CommandFailure}: `unreachable`, or `usage` where the key is missing or wrong. */
export interface AppClient {
  readonly url: string;
  /** Throws where no app answers. */
  health(): Promise<void>;
  /** Each dependency of the app, and what is wrong with it. */
  deepHealth(): Promise<AppHealth>;
  /** Of all models and jobs, or of one. */
  status(name?: string): Promise<AppStatus>;
  /** A page of runs, newest first. */
  runs(query: RunsQuery): Promise<z.output<typeof pageSchema>>;
  run(model: string, id: string): Promise<AppRun>;
  /** Who has paused the model, and why; null where nobody has. */
  pause(model: string): Promise<AppPause | null>;
  /** Starts a test of the model's container, which uses up no round. */
  startTest(model: string): Promise<AppRun>;
  /** Starts a model or a job now. `duplicate`: its round, or its job, has this run already. */
  start(name: string, options: { readonly force?: boolean }): Promise<{ run: AppRun; duplicate: boolean }>;
  cancel(model: string, id: string): Promise<AppRun>;
  /** The log of the last attempt, or of one; what the app says where there is none. */
  log(model: string, id: string, attempt?: number): Promise<string>;
}

const DEADLINE_MS = 20_000;

export function createAppClient(url: string, key: string | null): AppClient {
  async function request(path: string, body?: object): Promise<Response> {
    try {
      return await fetch(url + path, {
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
  }
  async function send(path: string, body?: object): Promise<Response> {
    const response = await request(path, body);
    if (response.ok) return response;
    throw refusalOf(path, response.status, await response.text());
  }
  function refusalOf(path: string, status: number, said: string): CommandFailure {
    if (status === 401 || status === 403)
      return new CommandFailure(
        EXIT.usage,
        `The app at ${url} requires a key: ${key === null ? 'OPERATOR_KEY is not set' : 'it does not accept the one in OPERATOR_KEY'}. docs/deploy.md, "Keys of the app", shows the command that reads it.`,
      );
    return new CommandFailure(
      status >= 500 ? EXIT.unreachable : EXIT.failed,
      `The app at ${url} answered ${status} to ${path}${detailOf(said)}`,
    );
  }
  async function read<T extends z.ZodMiniType>(path: string, schema: T, body?: object): Promise<z.output<T>> {
    const response = await send(path, body);
    const parsed = z.safeParse(schema, await response.json().catch(() => undefined));
    if (parsed.success) return parsed.data;
    throw new CommandFailure(EXIT.failed, `What answers at ${url}${path} is not this app, or another version of it.`);
  }
  async function start(name: string, options: object) {
    const { runId, duplicate } = await read(`/api/runs/${encodeURIComponent(name)}`, startedSchema, options);
    return { run: await read(pathOf(name, runId), runSchema), duplicate };
  }
  async function deepHealth(): Promise<AppHealth> {
    const path = '/api/health?deep=1';
    const response = await request(path);
    const said = await response.text();
    const health = healthSchema.safeParse(parseJson(said)).data;
    if (health !== undefined) return health.findings;
    throw refusalOf(path, response.status, said);
  }
  const pathOf = (model: string, id: string) => `/api/runs/${encodeURIComponent(model)}/${id}`;
  return {
    url,
    health: async () => void (await send('/api/health')).body?.cancel(),
    deepHealth,
    status: (name = '') => read(`/api/status${name === '' ? '' : `/${encodeURIComponent(name)}`}`, statusSchema),
    runs: (query) => read(`/api/runs?${queryOf({ ...query })}`, pageSchema),
    run: (model, id) => read(pathOf(model, id), runSchema),
    pause: async (model) =>
      (await read(`/api/status/${encodeURIComponent(model)}`, statusSchema)).models[0]?.paused ?? null,
    startTest: async (model) => (await start(model, { test: true })).run,
    start,
    cancel: (model, id) => read(`${pathOf(model, id)}/cancel`, runSchema, {}),
    log: async (model, id, attempt) =>
      (await send(`${pathOf(model, id)}/logs${attempt === undefined ? '' : `?attempt=${attempt}`}`)).text(),
  };
}

/** The detail of a problem (RFC 9457), as the end of a sentence. */
function detailOf(body: string): string {
  const { data } = problemSchema.safeParse(parseJson(body));
  return data === undefined ? '.' : `: ${data.detail}`;
}

function queryOf(query: Readonly<Record<string, string | number | undefined>>): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.set(name, String(value));
  return asked.toString();
}
