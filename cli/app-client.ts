// The app's own API, as the commands use it.

import * as z from 'zod/mini';
import { messageOf } from '../src/lib/util/errors.ts';
import { parseJson } from '../src/lib/util/json.ts';
import { quote } from '../src/lib/util/quote.ts';
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

interface Answer {
  readonly status: number;
  readonly ok: boolean;
  /** The body. */
  readonly said: string;
}

export function createAppClient(url: string, key: string | null): AppClient {
  async function request(path: string, body?: object): Promise<Answer> {
    try {
      const response = await fetch(url + path, {
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
        headers: {
          ...(key !== null && { 'x-functions-key': key }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        signal: AbortSignal.timeout(DEADLINE_MS),
        redirect: 'manual',
      });
      // Within the deadline as well: what begins to answer may never end.
      return { status: response.status, ok: response.ok, said: await response.text() };
    } catch (error) {
      const isLate = error instanceof Error && error.name === 'TimeoutError';
      const why = isLate
        ? `nothing, or not all, came within ${DEADLINE_MS / 1000} s`
        : messageOf(error) + causeOf(error);
      throw new CommandFailure(
        EXIT.unreachable,
        `The app at ${url} does not answer: ${why}. Check that it is deployed and started, and that the address is right.`,
      );
    }
  }
  async function send(path: string, body?: object): Promise<string> {
    const answer = await request(path, body);
    if (answer.ok) return answer.said;
    throw refusalOf(path, answer);
  }
  function refusalOf(path: string, { status, said }: Answer): CommandFailure {
    if (status === 401 || status === 403)
      return new CommandFailure(
        EXIT.usage,
        `The app at ${url} requires a key: ${key === null ? 'OPERATOR_KEY is not set' : 'it does not accept the one in OPERATOR_KEY'}. docs/deploy.md, "Keys of the app", shows the command that reads it.`,
      );
    return new CommandFailure(
      status < 400 || status >= 500 || status === 429 ? EXIT.unreachable : EXIT.failed,
      `The app at ${url} answered ${status} to ${path}${detailOf(said) ?? `. ${withoutDetail(status)}`}`,
    );
  }
  async function read<T extends z.ZodMiniType>(path: string, schema: T, body?: object): Promise<z.output<T>> {
    const parsed = z.safeParse(schema, parseJson(await send(path, body)));
    if (parsed.success) return parsed.data;
    throw new CommandFailure(
      EXIT.failed,
      `What answers at ${url}${path} is not this app, or another version of it. Check the address; where it is right, deploy this version.`,
    );
  }
  async function start(name: string, options: object) {
    const { runId, duplicate } = await read(`/api/runs/${encodeURIComponent(name)}`, startedSchema, options);
    return { run: await read(pathOf(name, runId), runSchema), duplicate };
  }
  async function deepHealth(): Promise<AppHealth> {
    const path = '/api/health?deep=1';
    const answer = await request(path);
    const health = healthSchema.safeParse(parseJson(answer.said)).data;
    if (health !== undefined) return health.findings;
    throw refusalOf(path, answer);
  }
  const pathOf = (model: string, id: string) => `/api/runs/${encodeURIComponent(model)}/${id}`;
  return {
    url,
    health: async () => void (await send('/api/health')),
    deepHealth,
    status: (name = '') => read(`/api/status${name === '' ? '' : `/${encodeURIComponent(name)}`}`, statusSchema),
    runs: (query) => read(`/api/runs?${queryOf({ ...query })}`, pageSchema),
    run: (model, id) => read(pathOf(model, id), runSchema),
    pause: async (model) =>
      (await read(`/api/status/${encodeURIComponent(model)}`, statusSchema)).models[0]?.paused ?? null,
    startTest: async (model) => (await start(model, { test: true })).run,
    start,
    cancel: (model, id) => read(`${pathOf(model, id)}/cancel`, runSchema, {}),
    log: (model, id, attempt) => send(`${pathOf(model, id)}/logs${attempt === undefined ? '' : `?attempt=${attempt}`}`),
  };
}

/** The detail of a problem (RFC 9457), as the end of a sentence; null where this app has not said it. */
function detailOf(body: string): string | null {
  const { data } = problemSchema.safeParse(parseJson(body));
  return data === undefined ? null : `: ${quote(data.detail, 1000)}`;
}

/** What to do about an answer that is not in this app's words: what stands before it gave it, or something else lives there. */
function withoutDetail(status: number): string {
  if (status < 400)
    return 'It leads elsewhere: to another address, or to a sign-in. Give the address of the app itself; a sign-in must let calls with a key pass (docs/dashboard.md, "Signing in with Microsoft Entra").';
  if (status >= 500 || status === 429)
    return 'Try again in a minute. If it stays so, look whether the app is started, in the Azure portal or by `az functionapp show`.';
  return 'Those are not the words of this app: check the address, and that the app is deployed there.';
}

function queryOf(query: Readonly<Record<string, string | number | undefined>>): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.set(name, String(value));
  return asked.toString();
}
