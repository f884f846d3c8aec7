// The interface to what runs containers. The Resource Manager emulator decides when a container starts and stops;
// a runtime carries it out: as a process, in Docker, or simulated for tests.

/** A container as its group describes it. It gets nothing that is not in here. */
export interface ContainerSpec {
  /** The container group's and the container's name, for people. */
  readonly name: string;
  readonly image: string;
  /** Replaces the image's own entry point and arguments. */
  readonly command?: readonly string[];
  /** Plain and secure variables. */
  readonly env: Readonly<Record<string, string>>;
  readonly cpu: number;
  readonly memoryGB: number;
  /** Folders of this machine that it sees. */
  readonly mounts?: readonly Mount[];
  /** The credentials for the image's registry, if it requires some. */
  readonly registry?: {
    readonly server: string;
    readonly username: string;
    readonly password: string;
  };
}

/** A folder of this machine as the container sees it. */
export interface Mount {
  readonly folder: string;
  /** Absolute, in the container. */
  readonly mountPath: string;
  readonly readOnly: boolean;
}

/** How a container ended. */
export interface ContainerEnd {
  /** As `docker run` reports it: 128 + signal number if a signal ended it. */
  readonly exitCode: number;
  /** The reason, as a sentence, if the runtime knows more than the exit code. */
  readonly detail?: string;
}

export interface RunningContainer {
  /** Resolves when nothing of the container is left. Never rejects. */
  readonly ended: Promise<ContainerEnd>;
  /** The last 4 MiB of stdout and stderr, in the order of writing. */
  log(): string;
  /** Asks the container to end, and kills it after a grace period. Resolves when it has ended. */
  stop(): Promise<void>;
}

export interface ContainerRuntime {
  /** Pulls the image; throws an `ImageUnavailable` if that fails. Absent: there is nothing to pull. */
  pull?(spec: ContainerSpec): Promise<void>;
  /** Starts a container; resolves when it runs. Throws an `ImageUnavailable` if there is no such image. */
  start(spec: ContainerSpec): Promise<RunningContainer>;
  /** Whether the image is available; `undefined` if only pulling it can show that. */
  hasImage?(image: string): boolean | undefined;
  /** Stops all running containers and releases all resources. */
  close(): Promise<void>;
}

/** There is no such image, or no access to it. */
export class ImageUnavailable extends Error {
  override readonly name = 'ImageUnavailable';
  readonly image: string;

  constructor(image: string, why: string) {
    super(why);
    this.image = image;
  }
}

/** How much of a running container's log Azure keeps. */
export const LOG_LIMIT_BYTES = 4 * 1024 * 1024;
