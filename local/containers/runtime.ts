// What runs the containers of the local environment. The Resource Manager emulator decides when one
// starts and stops; a runtime makes it real: as a process, in Docker, or simulated for tests.

/** A container as its group asks for it. Everything it gets to know is in here. */
export interface ContainerSpec {
  /** The container group's and the container's name, for people. */
  readonly name: string;
  readonly image: string;
  /** Replaces the image's own entry point and arguments. */
  readonly command?: readonly string[];
  /** Plain and secure variables alike. */
  readonly env: Readonly<Record<string, string>>;
  readonly cpu: number;
  readonly memoryGB: number;
  /** What the image is pulled with, where its registry wants that. */
  readonly registry?: {
    readonly server: string;
    readonly username: string;
    readonly password: string;
  };
}

/** How a container ended. */
export interface ContainerEnd {
  /** As `docker run` reports it: 128 + signal number for one that a signal ended. */
  readonly exitCode: number;
  /** Why, for a person, where the runtime knows more than the exit code. */
  readonly detail?: string;
}

export interface RunningContainer {
  /** Resolves once, when nothing of the container is left. Never rejects. */
  readonly ended: Promise<ContainerEnd>;
  /** stdout and stderr in the order of writing; the last 4 MiB. */
  log(): string;
  /** Asks it to end, insists after a grace; resolves when it has ended. */
  stop(): Promise<void>;
}

export interface ContainerRuntime {
  /** Fetches the image; throws an `ImageUnavailable` where it cannot be had. Absent: nothing to fetch. */
  pull?(spec: ContainerSpec): Promise<void>;
  /** Starts a container; resolves when it runs. Throws an `ImageUnavailable` where there is no such image. */
  start(spec: ContainerSpec): Promise<RunningContainer>;
  /** Whether the image can be had, where that is known without pulling it; `undefined` where it is not. */
  hasImage?(image: string): boolean | undefined;
  /** Stops whatever still runs and lets go of everything. */
  close(): Promise<void>;
}

/** The image cannot be had: no such image, or no access to it. */
export class ImageUnavailable extends Error {
  override readonly name = 'ImageUnavailable';
  readonly image: string;

  constructor(image: string, why: string) {
    super(why);
    this.image = image;
  }
}

/** Azure keeps that much of a container's log. */
export const LOG_LIMIT_BYTES = 4 * 1024 * 1024;
