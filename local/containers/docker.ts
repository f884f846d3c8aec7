// Containers in Docker, through its command line, for machines with a Docker daemon. Secrets reach Docker through
// the environment or a file, never on a command line, which other users can read.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogBuffer } from './log-buffer.ts';
import { mergedOutput } from './merged-output.ts';
import {
  type ContainerEnd,
  type ContainerRuntime,
  type ContainerSpec,
  ImageUnavailable,
  type RunningContainer,
} from './runtime.ts';

export interface DockerOptions {
  /** The command-line client; default `docker`. */
  readonly program?: string;
  /** Variables of every container, like an image's own. The group's take precedence. */
  readonly env?: Readonly<Record<string, string>>;
  /** Files mounted read-only into every container: target by source. */
  readonly mounts?: Readonly<Record<string, string>>;
  /** Default `host`, which lets a container reach the emulators on loopback. */
  readonly network?: string;
  /** Distinguishes this environment's containers from another's on the same machine; default `shared`. */
  readonly environmentId?: string;
  /** Between SIGTERM and SIGKILL; default 10. */
  readonly stopGraceSeconds?: number;
}

/**
 * The label of all containers of local environments. Docker keeps containers after the process that started them
 * has died; the next start finds them by the label.
 */
const LABEL = 'numerai-local-container';
const labelOf = (options: DockerOptions): string => `${LABEL}=${options.environmentId ?? 'shared'}`;
/** The exit code of `docker run` when it fails before there is a container. */
const RUN_FAILED = 125;
/**
 * Variables that the client itself reads: a group's variable of such a name must not be passed in the client's
 * environment.
 */
const OF_THE_CLIENT = /^(PATH|HOME|TMPDIR|XDG_.*|DOCKER_.*|BUILDKIT_.*|SSH_.*|.*_PROXY|GO.*)$/i;

/** Whether a Docker daemon answers. */
export async function dockerAnswers(program = 'docker'): Promise<boolean> {
  const { code } = await call(program, ['version', '--format', '{{.Server.Version}}'], {});
  return code === 0;
}

/** The environment of a container, by the two ways of passing it to Docker. */
interface PassedEnvironment {
  /** Named on the command line; the values are in the client's own environment. */
  readonly byName: Readonly<Record<string, string>>;
  /** The content of a file for `--env-file`; may be empty. */
  readonly file: string;
}

/**
 * Sorts variables by how they can be passed. Throws if one cannot: a variable that the client reads whose value
 * has several lines.
 */
export function passEnvironment(env: Readonly<Record<string, string>>): PassedEnvironment {
  const entries = Object.entries(env);
  const inFile = entries.filter(([name]) => OF_THE_CLIENT.test(name));
  for (const [name, value] of inFile) {
    if (/[\r\n]/.test(value)) {
      throw new Error(`The value of the variable ${name} has several lines, which Docker does not accept.`);
    }
  }
  return {
    byName: Object.fromEntries(entries.filter(([name]) => !OF_THE_CLIENT.test(name))),
    file: inFile.map(([name, value]) => `${name}=${value}\n`).join(''),
  };
}

/** The arguments of `docker run`. They contain no value of a variable. */
export function runArguments(
  spec: ContainerSpec,
  options: DockerOptions,
  given: {
    readonly name: string;
    readonly variables: readonly string[];
    readonly envFile?: string;
  },
): string[] {
  const [program, ...args] = spec.command ?? [];
  const mounts = Object.entries(options.mounts ?? {});
  return [
    'run',
    '--name',
    given.name,
    '--label',
    labelOf(options),
    '--pull',
    'never',
    '--network',
    options.network ?? 'host',
    '--cpus',
    String(spec.cpu),
    '--memory',
    `${Math.round(spec.memoryGB * 1024)}m`,
    ...(spec.mounts ?? []).flatMap(({ folder, mountPath, readOnly }) => [
      '--mount',
      `type=bind,source=${folder},target=${mountPath}${readOnly ? ',readonly' : ''}`,
    ]),
    ...mounts.flatMap(([source, target]) => ['--mount', `type=bind,source=${source},target=${target},readonly`]),
    ...(given.envFile === undefined ? [] : ['--env-file', given.envFile]),
    ...given.variables.flatMap((name) => ['--env', name]),
    ...(program === undefined ? [] : ['--entrypoint', program]),
    spec.image,
    ...args,
  ];
}

export class DockerRuntime implements ContainerRuntime {
  readonly #options: DockerOptions;
  readonly #program: string;
  readonly #running = new Set<RunningContainer>();

  constructor(options: DockerOptions = {}) {
    this.#options = options;
    this.#program = options.program ?? 'docker';
  }

  async pull(spec: ContainerSpec): Promise<void> {
    const here = await call(this.#program, ['image', 'inspect', spec.image], {});
    if (here.code === 0) return;
    const folder = await mkdtemp(join(tmpdir(), 'docker-'));
    try {
      const login = await this.#logIn(spec, folder);
      const pulled = await call(this.#program, ['pull', '--quiet', spec.image], login);
      if (pulled.code !== 0) throw new ImageUnavailable(spec.image, lastLine(pulled.stderr));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async start(spec: ContainerSpec): Promise<RunningContainer> {
    const name = `numerai-${spec.name.replaceAll(/[^a-zA-Z0-9_.-]/g, '-')}-${randomUUID().slice(0, 8)}`;
    const folder = await mkdtemp(join(tmpdir(), 'docker-'));
    const env = passEnvironment({ ...this.#options.env, ...spec.env });
    const envFile = join(folder, 'environment');
    if (env.file !== '') await writeFile(envFile, env.file, { mode: 0o600 });
    const args = runArguments(spec, this.#options, {
      name,
      variables: Object.keys(env.byName),
      ...(env.file === '' ? {} : { envFile }),
    });
    const environment = { ...process.env, ...env.byName };
    const [program, ...rest] = mergedOutput([this.#program, ...args], environment);
    const client = spawn(program, rest, {
      env: environment,
      // Ctrl-C is meant for the environment, which then stops its containers.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = new LogBuffer();
    client.stdout.on('data', (chunk: Buffer) => log.append(chunk));
    client.stderr.on('data', (chunk: Buffer) => log.append(chunk));
    const container: RunningContainer = {
      ended: this.#end(client, name, log).finally(async () => {
        this.#running.delete(container);
        await rm(folder, { recursive: true, force: true });
      }),
      log: () => log.text(),
      stop: async () => {
        const seconds = String(this.#options.stopGraceSeconds ?? 10);
        await call(this.#program, ['stop', '--time', seconds, name], {});
        await container.ended;
      },
    };
    this.#running.add(container);
    return container;
  }

  /** Stops the running containers, and removes those of an environment that died. */
  async close(): Promise<void> {
    await Promise.all([...this.#running].map((container) => container.stop()));
    const filter = ['ps', '--all', '--quiet', '--filter', `label=${labelOf(this.#options)}`];
    const found = await call(this.#program, filter, {});
    const ids = found.stdout.split(/\s+/).filter((id) => id !== '');
    if (ids.length > 0) await call(this.#program, ['rm', '--force', ...ids], {});
  }

  async #logIn(spec: ContainerSpec, folder: string): Promise<CallOptions> {
    const { registry } = spec;
    if (registry === undefined) return {};
    // A separate configuration keeps the participant's logins as they are.
    const options = { env: { DOCKER_CONFIG: folder } };
    const args = ['login', registry.server, '--username', registry.username, '--password-stdin'];
    const done = await call(this.#program, args, { ...options, input: registry.password });
    if (done.code !== 0) throw new ImageUnavailable(spec.image, lastLine(done.stderr));
    return options;
  }

  async #end(client: ChildProcess, name: string, log: LogBuffer): Promise<ContainerEnd> {
    const code = await new Promise<number>((resolve) => {
      client.once('error', (error) => {
        log.append(`${error.message}\n`);
        resolve(RUN_FAILED);
      });
      client.once('close', (exit) => resolve(exit ?? RUN_FAILED));
    });
    const format = '{{.State.ExitCode}} {{.State.OOMKilled}}';
    const state = await call(this.#program, ['inspect', '--format', format, name], {});
    await call(this.#program, ['rm', '--force', name], {});
    const [exitCode = String(code), outOfMemory] = state.code === 0 ? state.stdout.split(/\s+/) : [];
    const end = { exitCode: Number(exitCode) };
    return outOfMemory === 'true' ? { ...end, detail: 'It exceeded its memory limit.' } : end;
  }
}

interface CallOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

interface CallResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the client to its end. A missing client counts as a failed one. */
function call(program: string, args: readonly string[], options: CallOptions): Promise<CallResult> {
  return new Promise((resolve) => {
    const client = spawn(program, args, {
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    client.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
    });
    client.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    client.once('error', (error) => resolve({ code: RUN_FAILED, stdout, stderr: error.message }));
    client.once('close', (code) => resolve({ code: code ?? RUN_FAILED, stdout, stderr }));
    client.stdin.on('error', () => {});
    client.stdin.end(options.input ?? '');
  });
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
