// The built app in a host that checks keys, many hostile requests from a seed, and what must be true of every answer, and
// of all that was started in the end.

import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { SimulatedRuntime } from '../../local/containers/simulated.ts';
import { listedRounds, TOURNAMENTS } from '../../local/emulators/numerai/schedules.ts';
import { DEMO_SECRETS } from '../../local/environment/demo.ts';
import { type Environment, startEnvironment } from '../../local/environment/environment.ts';
import { systemClock } from '../../src/lib/util/clock.ts';
import { randomFrom } from '../simulation/world/random.ts';
import { nextRequest, type Targets } from './requests.ts';
import { finderOf } from './secrets.ts';
import { bytesOf, send, type WireAnswer, type WireRequest } from './wire.ts';

const AT_ONCE = 8;
/** Longer than the longest deadline of the app, on a machine that is busy with other things. */
const WITHIN_MS = 90_000;
const TICK_EVERY = 250;
const OPEN = 500;
const BOUNDS = { starts: 40, tests: 10 } as const;
/** What the template gives an instance. */
const MOST_MB = 512;
const HOUR_MS = 3_600_000;
const BUSY = ['busy', 'busy-image', 'busy-job'] as const;
const QUIET = ['quiet', 'quiet-image', 'quiet-job'] as const;

export interface FuzzResult {
  readonly requests: number;
  /** Answers with a status from 500 on, the documented ones included. */
  readonly serverErrors: number;
  /** What must not be, a sentence each, with the number of the request. */
  readonly violations: readonly string[];
  /** How often each status was answered. */
  readonly statuses: ReadonlyMap<number, number>;
  readonly memoryMB: number | null;
  /** Containers that were started: requests that are as they must be are among them. */
  readonly starts: number;
}

/** @param onProgress called now and then with the number of requests so far. */
export async function fuzz(
  { seed, requests }: { readonly seed: number; readonly requests: number },
  onProgress: (done: number) => void = () => {},
): Promise<FuzzResult> {
  const environment = await open();
  try {
    const { host } = environment;
    const targets: Targets = { busy: BUSY, quiet: QUIET, openRound: OPEN, keys: keysOf(environment) };
    const findSecret = finderOf(secretsOf(environment));
    const violations: string[] = [];
    const statuses = new Map<number, number>();
    let next = 0;

    const lane = async (): Promise<void> => {
      while (next < requests) {
        const index = next;
        next += 1;
        if (index % TICK_EVERY === 0) {
          await host.runTimer('watcher');
          onProgress(index);
        }
        const request = nextRequest(randomFrom(seed * 1_000_003 + index), targets);
        const answer = await send(host.url, request, WITHIN_MS);
        statuses.set(answer?.status ?? 0, (statuses.get(answer?.status ?? 0) ?? 0) + 1);
        const wrong = wrongWith(request, answer, findSecret);
        if (wrong !== null)
          violations.push(`request ${index} (${request.method} ${request.path.slice(0, 80)}): ${wrong}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    const memoryMB = memoryOf();
    if (memoryMB !== null && memoryMB > MOST_MB) violations.push(`The host takes ${memoryMB} MB.`);
    violations.push(...(await wrongStarts(environment, targets.keys.operator)));
    for (const line of host.output) {
      const found = findSecret(line);
      if (found !== null) violations.push(`A line of the log holds a secret: ${found}`);
    }
    const serverErrors = [...statuses].reduce((sum, [status, count]) => sum + (status >= 500 ? count : 0), 0);
    const starts = environment.resourceManager.groups.starts.length;
    return { requests, serverErrors, violations, statuses, memoryMB, starts };
  } finally {
    await environment.close();
  }
}

async function open(): Promise<Environment> {
  const hours = (count: number) => new Date(Math.floor(Date.now() / 1000) * 1000 + count * HOUR_MS);
  const entry = (name: string) => ({
    name,
    ...(name.endsWith('job') ? {} : { tournament: 'classic', fallback: false }),
    container: name.endsWith('image') ? { image: `example.org/${name}:1` } : { group: name },
  });
  const [models, jobs] = [false, true].map((isJob) =>
    [...BUSY, ...QUIET].filter((name) => name.endsWith('job') === isJob).map(entry),
  );
  const environment = await startEnvironment({
    models: models ?? [],
    jobs: jobs ?? [],
    host: { auth: true },
    runtime: new SimulatedRuntime({ clock: systemClock, behaviour: () => ({ steps: [{ after: 0, line: 'done' }] }) }),
    settings: { MAX_STARTS_PER_DAY: String(BOUNDS.starts), MAX_TEST_STARTS_PER_DAY: String(BOUNDS.tests) },
    resourceManager: {
      delays: { accept: 0, pulling: 1, starting: 1, stopping: 1, deleting: 1 },
    },
    numerai: {
      schedule: listedRounds([
        { tournament: TOURNAMENTS.classic, number: OPEN - 1, openTime: hours(-25), closeStakingTime: hours(-24) },
        { tournament: TOURNAMENTS.classic, number: OPEN, openTime: hours(-1), closeStakingTime: hours(20) },
      ]),
    },
  });
  for (const name of [...BUSY, ...QUIET])
    if (!name.endsWith('image')) environment.resourceManager.createGroup({ name, image: `example.org/${name}:1` });
  return environment;
}

function keysOf({ host: { keys } }: Environment): Targets['keys'] {
  return { webhook: keys.functions.webhook?.default ?? '', operator: keys.functionKeys.default ?? '' };
}

function secretsOf({ host: { keys }, settings }: Environment): readonly string[] {
  return [
    keys.masterKey,
    ...Object.values(keys.functionKeys),
    ...Object.values(keys.functions).flatMap((each) => Object.values(each)),
    ...Object.values(DEMO_SECRETS),
    settings.IDENTITY_HEADER ?? '',
  ];
}

/** Null where nothing is wrong with the answer. */
function wrongWith(
  request: WireRequest,
  answer: WireAnswer | null,
  findSecret: (text: string) => string | null,
): string | null {
  if (answer === null) return `no answer within ${WITHIN_MS / 1000} s`;
  const { status, head, body } = answer;
  const secret = findSecret(body) ?? findSecret(head);
  if (secret !== null) return `the answer holds a secret: ${secret}`;
  if (status === 0) return mayBeClosed(request) ? null : 'closed without an answer';
  if (status >= 500 && !isDocumented(answer)) return `answered ${status}: ${body.slice(0, 200)}`;
  if (/\r?\nset-cookie:|\r?\nlocation: (https?:)?\/\//.test(head)) return 'a header of the caller’s own';
  return null;
}

/**
 * What is refused for its size is refused while it is on its way, and the answer may be lost with the connection; what names
 * a host that cannot be never reaches the app.
 */
function mayBeClosed(request: WireRequest): boolean {
  const hosts = request.headers.filter(([name]) => name === 'host').map(([, value]) => value);
  return bytesOf(request).length > 14_000 || hosts.some((host) => !URL.canParse(`http://${host}`));
}

/** A 503 that says what is the matter: a problem with Retry-After, or the findings of the deep health. */
function isDocumented({ status, head, body }: WireAnswer): boolean {
  if (status !== 503) return false;
  return /\nretry-after: \d+/.test(head) || /"findings":|^<!doctype html>/i.test(body);
}

const runsSchema = z.object({
  runs: z.array(
    z.object({
      id: z.string(),
      model: z.string().nullable(),
      job: z.string().nullable(),
      round: z.number().nullable(),
      isTest: z.boolean(),
      state: z.string(),
    }),
  ),
  next: z.string().nullable(),
});
type ListedRun = z.infer<typeof runsSchema>['runs'][number];
const statusSchema = z.object({
  models: z.array(z.object({ model: z.string(), paused: z.unknown() })),
  jobs: z.array(z.object({ job: z.string(), paused: z.unknown() })),
});

/** What was started, or changed, that the rules do not allow. */
async function wrongStarts({ host, resourceManager }: Environment, key: string): Promise<string[]> {
  const get = async (url: string): Promise<unknown> =>
    (await fetch(url, { headers: { 'x-functions-key': key } })).json();
  const runs: ListedRun[] = [];
  for (let at: string | null = `${host.url}/api/runs?limit=100`; at !== null; ) {
    const page: z.infer<typeof runsSchema> = runsSchema.parse(await get(at));
    runs.push(...page.runs);
    at = page.next;
  }
  const { models, jobs } = statusSchema.parse(await get(`${host.url}/api/status`));
  const paused = [...models, ...jobs].filter((each) => each.paused !== null);
  const nameOf = (each: object): string => String(Reflect.get(each, 'model') ?? Reflect.get(each, 'job'));
  const isQuiet = (name: string) => name.startsWith('quiet');
  const quiet = runs.filter((run) => isQuiet(nameOf(run)));
  const ofRounds = runs.filter(({ model, isTest }) => model !== null && !isTest);
  const rounds = ofRounds.map(({ model, round }) => `${model} ${round}`);
  const allowed = [OPEN, OPEN + 1];
  const { starts } = resourceManager.groups;
  return [
    ...quiet.map((run) => `${nameOf(run)} has run ${run.id}, though nobody may have asked for it.`),
    ...paused.filter((each) => isQuiet(nameOf(each))).map((each) => `${nameOf(each)} is paused.`),
    ...starts.filter(({ group }) => isQuiet(group)).map(({ group }) => `${group} was started.`),
    ...ofRounds
      .filter(({ round }) => round === null || !allowed.includes(round))
      .map(({ model, round }) => `${model} has a run of round ${round}.`),
    ...ofRounds
      .filter(({ round, state }) => round === OPEN + 1 && state !== 'waiting' && state !== 'cancelled')
      .map(({ model, state }) => `${model} has a run of the round to come that is ${state}.`),
    ...rounds.filter((each, index) => rounds.indexOf(each) !== index).map((each) => `${each} has two runs.`),
    ...(starts.length > BOUNDS.starts + BOUNDS.tests ? [`${starts.length} containers were started.`] : []),
    ...(runs.filter(({ isTest }) => isTest).length > BOUNDS.tests ? ['More tests than the bound.'] : []),
  ];
}

/** Resident memory of the host's process, which is a child of this one; null where the system does not show it. */
function memoryOf(): number | null {
  try {
    const statuses = readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map((entry) => readFileSync(`/proc/${entry}/status`, 'utf8'));
    const children = statuses.filter((status) => status.includes(`\nPPid:\t${process.pid}\n`));
    return Math.max(...children.map((status) => Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024)));
  } catch {
    return null;
  }
}
