// The jobs of Container Apps: what each call does, and how tests make and change them.

import type { Container, Job, JobTemplate } from '@azure/arm-appcontainers';
import type { EmulatorAnswer, EmulatorCall } from '../../emulator.ts';
import type { Admitted } from '../admission.ts';
import { ArmError } from '../arm-error.ts';
import { pageOf } from '../page.ts';
import type { JobCall, JobCallKind } from './calls.ts';
import { Execution, type ExecutionContext, type ShownExecution } from './execution.ts';
import { checkTemplate, type ExecutionTemplate, parseTemplate } from './template.ts';

/** A participant's own job, which exists before the app does. */
export interface JobFixture {
  readonly name: string;
  readonly image: string;
  /** Default: the emulator's first. */
  readonly resourceGroup?: string;
  readonly command?: readonly string[];
  /** Default 0.5. */
  readonly cpu?: number;
  /** Default `1Gi`. */
  readonly memory?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Variable → name of the job's secret. */
  readonly secretEnv?: Readonly<Record<string, string>>;
  /** The job's secrets, as its references to Key Vault give them. No answer has the values. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Default `Manual`. */
  readonly triggerType?: 'Manual' | 'Schedule' | 'Event';
  /** What its first container has beside it, and its template beside its first container. */
  readonly container?: Pick<Container, 'probes' | 'volumeMounts'>;
  readonly template?: JobTemplate;
  /** Default `Ready`. */
  readonly runningState?: Job['runningState'];
  /** How the list shows one of its executions, where that is otherwise than it is; null: not (yet). */
  readonly shows?: (execution: ShownExecution, startedAt: Date) => object | null;
  /** Seconds; default two hours. */
  readonly replicaTimeout?: number;
  /** Default 0. */
  readonly replicaRetryLimit?: number;
  /** Default 1. */
  readonly parallelism?: number;
  /**
   * Whether a start is answered by 200 with the execution, or by 202 with headers only; and a stop by 200 without a body, or
   * by 202. Default the first: Azure/azure-cli pull request 29907.
   */
  readonly answers?: 'name' | 'headers';
}

/** A start that was accepted. */
export interface JobStart {
  readonly job: string;
  readonly at: Date;
  readonly execution: Execution;
}

interface KnownJob {
  readonly fixture: JobFixture;
  readonly id: string;
  /** As a GET shows it. */
  readonly shown: JobTemplate;
  /** Of an execution that is started with none. */
  readonly template: ExecutionTemplate;
  executions: Execution[];
}

export interface JobsOptions extends ExecutionContext {
  readonly subscriptionId: string;
  /** Where a job is made, unless its fixture says otherwise. */
  readonly resourceGroup: string;
  readonly pageSize: number;
  /** The emulator's own URL, for links. */
  url(): string;
}

/**
 * "The execution history … is limited to the most recent 100 successful and failed job executions."
 * https://learn.microsoft.com/azure/container-apps/jobs#get-job-execution-history
 */
const KEPT = 100;

export class Jobs {
  /** Every start of every job, oldest first. */
  readonly starts: JobStart[] = [];
  readonly #jobs = new Map<string, KnownJob>();
  readonly #options: JobsOptions;

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  /** Makes a job, in the place of one of that name. */
  create(fixture: JobFixture): void {
    const { name, image, command, cpu = 0.5, memory = '1Gi', env = {}, secretEnv = {} } = fixture;
    if (!/^(?!.*--)[a-z][-a-z0-9]{0,30}[a-z0-9]$/.test(name)) throw new Error(`A job cannot have the name ${name}.`);
    const first = {
      name,
      image,
      ...(command === undefined ? {} : { command: [...command] }),
      env: [
        ...Object.entries(env).map(([key, value]) => ({ name: key, value })),
        ...Object.entries(secretEnv).map(([key, secretRef]) => ({ name: key, secretRef })),
      ],
      resources: { cpu, memory },
    };
    const { containers = [], initContainers = [], volumes } = fixture.template ?? {};
    const shown: JobTemplate = {
      containers: [{ ...first, ...fixture.container }, ...containers],
      initContainers,
      ...(volumes === undefined ? {} : { volumes }),
    };
    const template = {
      containers: [first, ...containers.map(startable)],
      initContainers: initContainers.map(startable),
    };
    checkLimits(fixture);
    checkTemplate(template, new Set(Object.keys(fixture.secrets ?? {})));
    const resourceGroup = fixture.resourceGroup ?? this.#options.resourceGroup;
    const id = `/subscriptions/${this.#options.subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.App/jobs/${name}`;
    this.#jobs.set(id.toLowerCase(), { fixture, id, shown, template, executions: [] });
  }

  /** The executions of a job, oldest first; none where there is no such job. */
  executionsOf(name: string): readonly Execution[] {
    return [...this.#jobs.values()].find(({ fixture }) => fixture.name === name)?.executions ?? [];
  }

  /** What the containers of an execution have written, as far as Log Analytics have it; also of one that is forgotten. */
  logOf(execution: string): string {
    return this.starts.find((start) => start.execution.name === execution)?.execution.log ?? '';
  }

  /** An operator deletes the job in the portal, and with it what it runs. */
  async remove(name: string): Promise<void> {
    const found = [...this.#jobs].find(([, { fixture }]) => fixture.name === name);
    if (found === undefined) return;
    const [key, { executions }] = found;
    this.#jobs.delete(key);
    await Promise.all(executions.map((each) => each.halt()));
  }

  async halt(): Promise<void> {
    await Promise.all([...this.#jobs.values()].flatMap(({ executions }) => executions.map((each) => each.halt())));
  }

  answer(admitted: Admitted<JobCall>, request: EmulatorCall): EmulatorAnswer {
    const job = this.#find(admitted.call);
    return this.#handlers[admitted.call.kind](job, admitted, request);
  }

  readonly #handlers: Readonly<
    Record<JobCallKind, (job: KnownJob, admitted: Admitted<JobCall>, request: EmulatorCall) => EmulatorAnswer>
  > = {
    Jobs_Get: (job) => ({ status: 200, body: viewOf(job) }),
    Jobs_Start: (job, { apiVersion }, request) => this.#start(job, apiVersion, request),
    JobsExecutions_List: (job, { apiVersion }, request) => this.#list(job, apiVersion, request),
    JobExecution: (job, { call }) => {
      const execution = executionIn(job, call.execution);
      return { status: 200, body: execution.view(`${job.id}/executions/${execution.name}`) };
    },
    Jobs_StopExecution: (job, { call }) => {
      executionIn(job, call.execution).stop();
      if (job.fixture.answers !== 'headers') return { status: 200 };
      return { status: 202, headers: { location: `${this.#options.url()}${job.id}` } };
    },
  };

  #start(job: KnownJob, apiVersion: string, request: EmulatorCall): EmulatorAnswer {
    const { fixture } = job;
    const secrets = new Map(Object.entries(fixture.secrets ?? {}));
    // "When overriding the configuration, the job's entire template configuration is replaced with the new one."
    const template = parseTemplate(request.body) ?? job.template;
    checkTemplate(template, new Set(secrets.keys()));
    // Azure's are random, and as long.
    const name = `${fixture.name}-${(this.starts.length + 1).toString(36).padStart(7, 'x')}`;
    const { replicaTimeout = 7_200, replicaRetryLimit = 0 } = fixture;
    const execution = new Execution({ name, template, secrets, replicaTimeout, replicaRetryLimit }, this.#options);
    const ended = job.executions.filter((each) => each.hasEnded);
    const forgotten = new Set(ended.slice(0, Math.max(0, ended.length - KEPT + 1)));
    job.executions = [...job.executions.filter((each) => !forgotten.has(each)), execution];
    this.starts.push({ job: fixture.name, at: this.#options.clock.now(), execution });
    execution.begin();
    const id = `${job.id}/executions/${name}`;
    if (fixture.answers !== 'headers') return { status: 200, body: { name, id } };
    return { status: 202, headers: { location: `${this.#options.url()}${job.id}?api-version=${apiVersion}` } };
  }

  #list(job: KnownJob, apiVersion: string, request: EmulatorCall): EmulatorAnswer {
    const all = job.executions.toReversed().flatMap((each) => this.#shownOf(job, each) ?? []);
    const { items, nextLink } = pageOf(all, request, {
      apiVersion,
      pageSize: this.#options.pageSize,
      url: this.#options.url(),
      parameter: '$skiptoken',
    });
    return { status: 200, body: { value: items, nextLink } };
  }

  #shownOf({ fixture, id }: KnownJob, execution: Execution): object | null {
    const view = execution.view(`${id}/executions/${execution.name}`);
    const startedAt = this.starts.find((start) => start.execution === execution)?.at ?? this.#options.clock.now();
    return fixture.shows === undefined ? view : fixture.shows(view, startedAt);
  }

  #find({ resourceGroup, job }: JobCall): KnownJob {
    const id = `/subscriptions/${this.#options.subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.App/jobs/${job}`;
    const found = this.#jobs.get(id.toLowerCase());
    if (found !== undefined) return found;
    throw new ArmError(
      404,
      'ResourceNotFound',
      `The Resource 'Microsoft.App/jobs/${job}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    );
  }
}

function executionIn({ executions, fixture }: KnownJob, name: string): Execution {
  const found = executions.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new ArmError(404, 'JobExecutionNotFound', `Job execution '${name}' of job '${fixture.name}' was not found.`);
}

/** The job as a GET shows it: of its secrets the names only. */
function viewOf({ fixture, id, shown }: KnownJob): object {
  const { name, triggerType = 'Manual', replicaTimeout = 7_200, replicaRetryLimit = 0, parallelism = 1 } = fixture;
  const properties: Pick<Job, 'configuration' | 'provisioningState' | 'runningState'> = {
    provisioningState: 'Succeeded',
    runningState: fixture.runningState ?? 'Ready',
    configuration: {
      triggerType,
      replicaTimeout,
      replicaRetryLimit,
      secrets: Object.keys(fixture.secrets ?? {}).map((secret) => ({ name: secret })),
      ...(triggerType === 'Manual' ? { manualTriggerConfig: { parallelism, replicaCompletionCount: 1 } } : {}),
    },
  };
  return {
    name,
    id,
    type: 'Microsoft.App/jobs',
    location: 'West Europe',
    properties: { ...properties, template: { ...shown, volumes: shown.volumes ?? null } },
  };
}

/** What a start can have of a container: JobExecutionContainer of the OpenAPI document. */
function startable({ name, image, command, args, env, resources }: Container): ExecutionTemplate['containers'][number] {
  const { cpu = 0.5, memory = '1Gi' } = resources ?? {};
  return {
    ...(name === undefined ? {} : { name }),
    ...(image === undefined ? {} : { image }),
    ...(command === undefined ? {} : { command }),
    ...(args === undefined ? {} : { args }),
    env: (env ?? []).map(({ name: variable = '', ...rest }) => ({ name: variable, ...rest })),
    resources: { cpu, memory },
  };
}

/** Whole numbers: JobConfiguration of the OpenAPI document has them as integers. */
function checkLimits({ name, replicaTimeout = 1, replicaRetryLimit = 0, parallelism = 1 }: JobFixture): void {
  const areSound = [replicaTimeout, replicaRetryLimit + 1, parallelism].every(
    (each) => Number.isInteger(each) && each > 0,
  );
  if (!areSound)
    throw new Error(`The job ${name} has a replicaTimeout, replicaRetryLimit or parallelism that cannot be.`);
}
