// Containers as processes, for machines without Docker. A process is not a container: it sees the machine's files
// and network. But it gets what a container gets: its environment and nothing else, its own working folder, a log
// and an exit code; and it cannot outlive the process that started it.

import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Clock, systemClock } from '../../src/lib/util/clock.ts';
import { LogBuffer } from './log-buffer.ts';
import { mergedOutput } from './merged-output.ts';
import { exitCodeOf, killTree } from './process-tree.ts';
import {
  type ContainerEnd,
  type ContainerRuntime,
  type ContainerSpec,
  ImageUnavailable,
  type Mount,
  type RunningContainer,
} from './runtime.ts';

/** What runs in place of an image on this machine. */
export interface LocalImage {
  /** The entry point with its arguments. `node` is the Node.js that runs the environment. */
  readonly command: readonly string[];
  /** The image's own variables, like `ENV` lines. The group's take precedence. */
  readonly env?: Readonly<Record<string, string>>;
  /** The working folder. Default: an empty one of the container's own. */
  readonly folder?: string;
  /** Where its programs are, before those of the machine. */
  readonly searchPath?: readonly string[];
}

export interface ProcessRuntimeOptions {
  readonly images: Readonly<Record<string, LocalImage>>;
  readonly clock?: Clock;
  /** Between SIGTERM and SIGKILL, milliseconds of the clock; default 10 s, as `docker stop`. */
  readonly stopGraceMs?: number;
  /** A container that runs longer is killed; default two hours. Protects the machine; Azure has no such limit. */
  readonly longestRunMs?: number;
  /** A container that writes more is killed; default 256 MiB. */
  readonly largestOutputBytes?: number;
}

const GUARD = fileURLToPath(new URL('./process-guard.ts', import.meta.url));
/** How long the output may stay open after the main process has ended, milliseconds of real time. */
const LAST_OUTPUT_MS = 500;
const COMMAND_NOT_FOUND = 127;
const COPY_ATTEMPTS = 20;
const MEBIBYTE = 1024 * 1024;

export class ProcessRuntime implements ContainerRuntime {
  readonly #options: ProcessRuntimeOptions;
  readonly #clock: Clock;
  readonly #running = new Set<RunningContainer>();
  #guard: ChildProcess | undefined;

  constructor(options: ProcessRuntimeOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  hasImage(image: string): boolean {
    return Object.hasOwn(this.#options.images, image);
  }

  async start(spec: ContainerSpec): Promise<RunningContainer> {
    const image = this.hasImage(spec.image) ? this.#options.images[spec.image] : undefined;
    if (image === undefined) {
      throw new ImageUnavailable(spec.image, `there is no local command for image ${spec.image}`);
    }
    const folder = await mkdtemp(join(tmpdir(), 'container-'));
    const { mounts = [] } = spec;
    for (const mount of mounts) await mountBelow(folder, mount);
    const ofMounts: Record<string, string> = mounts.length === 0 ? {} : { CONTAINER_ROOT: folder };
    const env = environment({ ...image.env, ...ofMounts, ...spec.env }, folder, image.searchPath);
    const [program, ...args] = mergedOutput(spec.command ?? image.command, env);
    const child = spawn(program, args, {
      cwd: image.folder ?? folder,
      env,
      // Its own process group, so that signals reach the whole container and nothing else.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const { pid } = child;
    if (pid !== undefined) this.#sendToGuard(`+${pid}`);
    const container = this.#watch(child, folder);
    this.#running.add(container);
    container.ended.finally(() => {
      this.#running.delete(container);
      if (pid !== undefined) this.#sendToGuard(`-${pid}`);
    });
    return container;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((container) => container.stop()));
    const guard = this.#guard;
    this.#guard = undefined;
    guard?.stdin?.end();
  }

  #watch(child: ChildProcess, folder: string): RunningContainer {
    const log = new LogBuffer();
    const finished = new AbortController();
    const { largestOutputBytes = 256 * MEBIBYTE, longestRunMs = 7_200_000 } = this.#options;
    let killedBecause: string | undefined;
    let written = 0;

    const kill = (why: string) => {
      killedBecause ??= why;
      if (child.pid !== undefined) killTree(child.pid, 'SIGKILL');
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        log.append(chunk);
        written += chunk.length;
        if (written > largestOutputBytes) {
          kill(`It was killed because it wrote more than ${largestOutputBytes / MEBIBYTE} MiB.`);
        }
      });
    }
    this.#clock.sleep(longestRunMs, finished.signal).then(() => {
      if (!finished.signal.aborted) kill(`It was killed because it ran longer than ${longestRunMs / 1000} s.`);
    });

    const end = async (exitCode: number, detail?: string): Promise<ContainerEnd> => {
      // A container ends with its main process, whatever else it has started.
      if (child.pid !== undefined) killTree(child.pid, 'SIGKILL');
      await outputRead(child);
      finished.abort();
      await rm(folder, { recursive: true, force: true }).catch(() => {});
      const why = killedBecause ?? detail;
      return why === undefined ? { exitCode } : { exitCode, detail: why };
    };
    const ended = new Promise<ContainerEnd>((resolve) => {
      child.once('error', (error) => {
        log.append(`${error.message}\n`);
        resolve(end(COMMAND_NOT_FOUND, error.message));
      });
      child.once('exit', (code, signal) => resolve(end(exitCodeOf(code, signal))));
    });

    const stop = async () => {
      if (child.pid !== undefined) killTree(child.pid, 'SIGTERM');
      const killing = this.#clock.sleep(this.#options.stopGraceMs ?? 10_000, finished.signal).then(() => {
        if (!finished.signal.aborted && child.pid !== undefined) killTree(child.pid, 'SIGKILL');
      });
      await ended;
      await killing;
    };
    return { ended, log: () => log.text(), stop };
  }

  #sendToGuard(line: string): void {
    this.#guard ??= startGuard();
    this.#guard.stdin?.write(`${line}\n`);
  }
}

/** Starts the runtime's guard. `unref`: it must not keep this process from ending. */
function startGuard(): ChildProcess {
  const guard = spawn(process.execPath, [GUARD], {
    detached: true,
    env: process.platform === 'win32' ? process.env : {},
    stdio: ['pipe', 'ignore', 'ignore'],
    windowsHide: true,
  });
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  // If the guard dies, only its protection is lost.
  guard.stdin?.on('error', () => {});
  guard.on('error', () => {});
  return guard;
}

/** The environment of the process: the container's variables, and what is needed to find programs. */
function environment(
  variables: Readonly<Record<string, string>>,
  folder: string,
  searchPath: readonly string[] = [],
): Record<string, string> {
  const nodeFolder = dirname(process.execPath);
  if (process.platform === 'win32') {
    const { SystemRoot = 'C:\\Windows' } = process.env;
    const PATH = [...searchPath, nodeFolder, `${SystemRoot}\\System32`].join(delimiter);
    return { SystemRoot, PATH, ...variables };
  }
  const PATH = [...searchPath, nodeFolder, '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter);
  return { PATH, HOME: folder, ...variables };
}

/**
 * A process cannot have folders mounted at paths of its own: it finds them below its working folder, which
 * CONTAINER_ROOT names. Of a read-only one it gets a copy, so that nothing it writes there reaches the share.
 */
async function mountBelow(root: string, { folder, mountPath, readOnly }: Mount): Promise<void> {
  const target = join(root, mountPath);
  await mkdir(dirname(target), { recursive: true });
  if (readOnly) await copyFolder(folder, target);
  else await symlink(folder, target, 'junction');
}

/** A file may be renamed or removed between being listed and being copied: then it is copied anew. */
async function copyFolder(folder: string, target: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await cp(folder, target, { recursive: true, mode: constants.COPYFILE_FICLONE });
    } catch (error) {
      const isMoved = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!isMoved || attempt === COPY_ATTEMPTS) throw error;
      await rm(target, { recursive: true, force: true });
    }
  }
}

/** Resolves when all output has been read. Does not wait for other processes that keep the pipes open. */
async function outputRead(child: ChildProcess): Promise<void> {
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  const closed = Promise.all(
    streams.map(
      (stream) =>
        new Promise<void>((resolve) => {
          if (stream.closed) return resolve();
          stream.once('close', () => resolve());
        }),
    ),
  );
  await Promise.race([closed, sleep(LAST_OUTPUT_MS, undefined, { ref: false })]);
  for (const stream of streams) stream.destroy();
}
