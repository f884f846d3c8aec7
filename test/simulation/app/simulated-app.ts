// One app in a world of its own, with timers that tick as they are scheduled while a test lets time pass.

import { onTestFinished } from 'vitest';
import type { Schedule } from '../../../local/emulators/numerai/schedules.ts';
import { accountFor, DEMO_SECRETS } from '../../../local/environment/demo.ts';
import type { HttpFunction } from '../../../src/functions/http/handler.ts';
import type { Attempt } from '../../../src/lib/runs/attempt.ts';
import type { Run } from '../../../src/lib/runs/run.ts';
import { messageIn } from '../../support/json-alert.ts';
import { ExternalCalls, type Plan } from '../world/external-calls.ts';
import { startWorld, type World, type WorldOptions } from '../world/world.ts';
import { type HttpAnswer, HttpProcess, type HttpQuestion } from './http-process.ts';
import { Instance, type Trigger } from './instance.ts';
import { historyOf } from './record.ts';

const MINUTE = 60_000;
const FALLBACK_MINUTES = 5;
const ALL_RECEIVERS = 'discord:alert-discord,slack:alert-slack,teams:alert-teams,json:alert-json:alert-json-key';

export interface SimulatedAppOptions {
  /** Entries of `models.json`. */
  readonly models: readonly object[];
  readonly jobs?: readonly object[];
  readonly schedule: Schedule;
  /** Beside the demo's. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Beside or instead of the world's. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly resourceManager?: WorldOptions['resourceManager'];
  /** What happens to external calls; default: all pass. */
  readonly plan?: Plan;
}

export interface SimulatedApp {
  readonly world: World;
  /** Lines of the log, oldest first. */
  readonly lines: readonly string[];
  /** Lets minutes pass, with the ticks of both timers as they are scheduled. */
  pass(minutes: number, timers?: { watcher?: boolean; fallback?: boolean }): Promise<void>;
  /** An HTTP call to a function, in the process that serves them. */
  call(served: HttpFunction, question?: HttpQuestion): Promise<HttpAnswer>;
  /** A new deployment: from now on the timers and triggers have these models. */
  deploy(models: readonly object[], jobs?: readonly object[]): void;
  /** Lets time pass without any tick. */
  sleepUntil(moment: Date): Promise<void>;
  /** A tick of the watcher now, in each of several instances at once. */
  watch(instances?: number): Promise<void>;
  /** A call of the model's webhook, without a body or with a trigger id. @returns the id of the run. */
  start(model: string, triggerId?: string | null): Promise<string>;
  /** An operator wants another attempt, although there was a good one. */
  force(model: string): Promise<string>;
  /** The newest run of a model; null where there is none. */
  record(model: string): Promise<Run | null>;
  /** All runs of a model or a job that can be read, newest first. */
  runs(model: string): Promise<readonly Run[]>;
  /** All attempts of a model that can be read, newest run first and within it oldest first. */
  attempts(model: string): Promise<Attempt[]>;
  /** Titles of what one receiver got, oldest first. */
  titles(): string[];
}

/** Ends with the test. */
export async function startSimulatedApp(
  start: string,
  { models, jobs = [], schedule, secrets, settings, resourceManager, plan }: SimulatedAppOptions,
): Promise<SimulatedApp> {
  const world = await startWorld({
    start,
    numerai: { accounts: [accountFor({ models })], schedule },
    secrets: { ...DEMO_SECRETS, ...secrets },
    settings: {
      PUBLIC_URL: 'https://app.example',
      ALERT_WEBHOOKS: ALL_RECEIVERS,
      ...settings,
    },
    ...(resourceManager && { resourceManager }),
  });
  onTestFinished(() => world.close());
  world.setModels(models, jobs);
  const { clock } = world;
  const lines: string[] = [];
  const calls = new ExternalCalls(world, plan === undefined ? {} : { plan });
  const instances: Instance[] = [];
  const instance = (index: number): Instance => {
    const present = instances[index];
    if (present !== undefined) return present;
    const fresh = new Instance(world, {
      name: `instance-${index}`,
      calls,
      random: Math.random,
      onLog: (line) => lines.push(line),
    });
    instances[index] = fresh;
    return fresh;
  };

  const http = new HttpProcess(world, { calls, onLog: (line) => lines.push(line) });
  async function request(model: string, asked: Pick<Trigger, 'trigger' | 'triggerId' | 'force'>): Promise<string> {
    const answered = await calls.finish(instance(0).start(model, { ...asked, isTest: false, round: null }));
    if (answered.status !== 200) throw new Error(`The request was answered ${answered.status}.`);
    return answered.runId;
  }

  return {
    world,
    lines,
    call: (served, question) => calls.finish(http.call(served, question)),
    async pass(minutes, { watcher = true, fallback = true } = {}) {
      for (let passed = 0; passed < minutes; passed += 1) {
        await clock.advance(MINUTE);
        const minute = Math.round(clock.now().getTime() / MINUTE);
        if (watcher) await calls.finish(instance(0).watch());
        if (fallback && minute % FALLBACK_MINUTES === 0) await calls.finish(instance(0).fallback());
      }
    },
    deploy(changed, changedJobs = jobs) {
      world.setModels(changed, changedJobs);
      instances.length = 0;
    },
    sleepUntil: (moment) => clock.advanceTo(moment),
    async watch(count = 1) {
      const ticks = Array.from({ length: count }, (_, index) => instance(index).watch());
      await calls.finish(Promise.all(ticks));
    },
    start: (model, triggerId = null) => request(model, { trigger: 'webhook', triggerId, force: false }),
    force: (model) => request(model, { trigger: 'operator', triggerId: null, force: true }),
    async record(model) {
      const { runs } = await historyOf(world, model);
      return runs[0] ?? null;
    },
    async runs(model) {
      return (await historyOf(world, model)).runs;
    },
    async attempts(model) {
      const { runs, earlier } = await historyOf(world, model);
      return [...earlier, ...runs.flatMap(({ attempt }) => attempt ?? [])];
    },
    titles: () =>
      world.alertReceivers.received.filter(({ format }) => format === 'json').map(({ body }) => messageIn(body).title),
  };
}
