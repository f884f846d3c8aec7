// What the tests of the app share: the whole local environment with containers that are only simulated,
// and calls through the front door, whose answers are held against the description of the API.

import { afterAll, expect } from 'vitest';
import { z } from 'zod';
import type { ContainerSpec } from '../../local/containers/runtime.ts';
import { type SimulatedRun, SimulatedRuntime } from '../../local/containers/simulated.ts';
import { type Environment, type EnvironmentOptions, startEnvironment } from '../../local/environment/environment.ts';
import { roundsAtOnce } from '../../local/environment/rounds.ts';
import type { Host } from '../../local/host/host.ts';
import { SUBMISSIONS } from '../../src/lib/runs/slots.ts';
import { systemClock } from '../../src/lib/util/clock.ts';
import { notDescribed } from '../support/described.ts';

export const WITHIN = { timeout: 20_000, interval: 50 } as const;

const time = z.iso.datetime();
const state = z.enum(['requested', 'starting', 'running', 'waiting', 'succeeded', 'failed', 'timed_out', 'cancelled']);

/** The answer to a webhook and to an operator's start, as the design has it: these fields and no others. */
const startedSchema = z.strictObject({
  runId: z.string(),
  model: z.string().nullable(),
  job: z.string().nullable(),
  round: z.number().nullable(),
  state,
  duplicate: z.boolean(),
  statusUrl: z.url(),
});
export interface Started extends z.infer<typeof startedSchema> {
  /** Of the model or the job, whichever it is. */
  readonly model: string;
}

const submission = z.enum(SUBMISSIONS);

/** An attempt in JSON, as the design has it; it may gain fields. */
const attemptSchema = z.object({
  number: z.number(),
  platform: z.string(),
  execution: z.string().nullable(),
  location: z.string().nullable(),
  outcome: z.enum(['succeeded', 'failed', 'timed_out', 'cancelled']).nullable(),
  failure: z.string().nullable(),
  reason: z.string().nullable(),
  exitCode: z.number().nullable(),
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  costUsd: z.number().nullable(),
  slots: z.array(z.string()).nullable(),
  lastResort: z.boolean(),
  links: z.strictObject({ logs: z.url() }),
});

/** A run in JSON, as the design has it; it may gain fields. */
const runSchema = z.object({
  id: z.string(),
  model: z.string().nullable(),
  job: z.string().nullable(),
  tournament: z.enum(['classic', 'signals', 'crypto']).nullable(),
  scheduledFor: time.nullable(),
  round: z.number().nullable(),
  trigger: z.enum(['webhook', 'timer', 'operator']),
  triggerId: z.string().nullable(),
  isTest: z.boolean(),
  state,
  reason: z.string().nullable(),
  submission,
  slots: z.array(
    z.object({
      model: z.string(),
      id: z.string().nullable(),
      submission,
      submittedAt: time.nullable(),
    }),
  ),
  waitingFor: z.string().nullable(),
  nextAttemptAt: time.nullable(),
  requestedAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  durationSeconds: z.number().nullable(),
  costUsd: z.number().nullable(),
  attempt: z.number(),
  exitCode: z.number().nullable(),
  attempts: z.array(attemptSchema),
  links: z.strictObject({ self: z.url(), logs: z.url() }),
});
export type RunJson = z.infer<typeof runSchema>;

export const runsSchema = z.strictObject({
  runs: z.array(runSchema),
  unreadable: z.number(),
  next: z.url().nullable(),
});

/** RFC 9457, with the request's id. */
const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string().min(1),
  status: z.number(),
  detail: z.string().min(1),
  requestId: z.string().min(1),
});

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Text goes out as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the environment's first. */
  readonly host?: Host;
}

/** What a simulated container does; decided by its group. */
export type Behaviours = (spec: ContainerSpec) => SimulatedRun;

export class FrontDoor {
  readonly environment: Environment;
  /** What the containers so far were started with, where they are only simulated. */
  readonly starts: readonly ContainerSpec[];
  /** Sent with every call, where the host asks for keys. */
  readonly #key: string | undefined;
  /** All answers that were given, oldest first. */
  readonly answers: Answer[] = [];

  constructor(
    environment: Environment,
    more: { readonly starts?: readonly ContainerSpec[]; readonly key?: string | undefined } = {},
  ) {
    this.environment = environment;
    this.starts = more.starts ?? [];
    this.#key = more.key;
  }

  /** The number of the open round. */
  get round(): number {
    return this.environment.numerai.rounds.current(8)?.number ?? 0;
  }

  async call(path: string, { method = 'GET', body, headers = {}, host }: Request = {}) {
    const url = path.startsWith('http') ? path : `${(host ?? this.environment.host).url}${path}`;
    const response = await fetch(url, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.#key === undefined ? {} : { 'x-functions-key': this.#key }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answer: Answer = {
      status: response.status,
      headers: response.headers,
      text: await response.text(),
    };
    this.answers.push(answer);
    expect(notDescribed(method, new URL(url).pathname, answer)).toBeNull();
    return answer;
  }

  async webhook(model: string, body?: unknown, host?: Host): Promise<Started> {
    const answer = await this.call(`/api/webhook/${model}`, {
      method: 'POST',
      ...(body === undefined ? {} : { body }),
      ...(host === undefined ? {} : { host }),
    });
    return started(answer);
  }

  async start(model: string, body?: unknown): Promise<Started> {
    return started(await this.call(`/api/runs/${model}`, { method: 'POST', body: body ?? {} }));
  }

  async run({ model, runId }: { model: string; runId: string }): Promise<RunJson> {
    const answer = await this.call(`/api/runs/${model}/${runId}`);
    expect(answer.status, answer.text).toBe(200);
    return runSchema.parse(JSON.parse(answer.text));
  }

  /** One tick of the watcher; it must succeed. */
  async tick(): Promise<void> {
    expect(await this.environment.host.runTimer('watcher')).toMatchObject({ succeeded: true });
  }

  /** Ticks until the run is in one of the states. */
  async until(run: { model: string; runId: string }, ...states: readonly RunJson['state'][]): Promise<RunJson> {
    let last: RunJson | undefined;
    await expect
      .poll(async () => {
        await this.tick();
        last = await this.run(run);
        return last.state;
      }, WITHIN)
      .toSatisfy((state: RunJson['state']) => states.includes(state), `one of ${states.join()}`);
    // The poll above has just read it.
    return last ?? (await this.run(run));
  }

  ended(run: { model: string; runId: string }): Promise<RunJson> {
    return this.until(run, 'succeeded', 'failed', 'timed_out', 'cancelled');
  }

  /** Starts of a container group so far. */
  startsOf(group: string): number {
    return this.environment.resourceManager.groups.startsOf(group).length;
  }
}

function started(answer: Answer): Started {
  expect(answer.status, answer.text).toBe(200);
  const body = startedSchema.parse(JSON.parse(answer.text));
  expect(answer.headers.get('x-run-id')).toBe(body.runId);
  return { ...body, model: body.model ?? body.job ?? '' };
}

/** Checks that an answer is a problem of this status. @returns what it says. */
export function problemOf(answer: Answer, status: number): string {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const problem = problemSchema.parse(JSON.parse(answer.text));
  expect(problem.status).toBe(status);
  expect(answer.headers.get('x-request-id')).toBe(problem.requestId);
  return problem.detail;
}

/** Ends well after a moment. */
const QUICK: Behaviours = () => ({ steps: [{ after: 0, line: 'done' }] });

/** Delays of container groups in these tests: there, but short. */
const DELAYS = {
  accept: 5,
  pulling: 5,
  starting: 5,
  stopping: 5,
  deleting: 5,
  restarting: 10,
  pullRetry: 10,
  mountRetry: 10,
  pullGivesUpAfter: 100,
  tryingAgain: 50,
};

/**
 * Starts the environment for one test file; it ends with the file. Every model of kind `group` has its
 * container group, of the image that is named after it.
 */
export async function openFrontDoor(
  options: Omit<EnvironmentOptions, 'runtime'> & { readonly behaviour?: Behaviours } = {},
): Promise<FrontDoor> {
  const { behaviour = QUICK, ...rest } = options;
  const runtime = new SimulatedRuntime({ clock: systemClock, behaviour });
  const environment = await startEnvironment({
    ...rest,
    // A machine that is busy with other tests must not use up the webhook's budget.
    settings: { WEBHOOK_BUDGET_SECONDS: '30', ...rest.settings },
    runtime,
    // Each test has rounds of its own.
    numerai: { schedule: roundsAtOnce(1, 1300, new Date()), ...rest.numerai },
    resourceManager: { delays: DELAYS, ...rest.resourceManager },
  });
  afterAll(() => environment.close());
  for (const group of groupsOf(options.models ?? []))
    environment.resourceManager.createGroup({ name: group, image: `example.org/${group}:1` });
  return new FrontDoor(environment, { starts: runtime.starts });
}

const groupModel = z.object({ container: z.object({ group: z.string() }) });

const groupsOf = (models: readonly object[]): string[] =>
  models.flatMap((model) => groupModel.safeParse(model).data?.container.group ?? []);

/** An entry of `models.json` whose container group has its name. */
export const groupNamed = (name: string, more: object = {}): object => ({
  name,
  tournament: 'classic',
  container: { group: name },
  ...more,
});

/** A model whose container group is made for each attempt. One attempt: the run shows what went wrong with it. */
export const imageModel = (name: string, container: object = {}, more: object = {}): object => ({
  name,
  tournament: 'classic',
  maxAttempts: 1,
  container: { image: `example.org/${name}:1`, ...container },
  ...more,
});
