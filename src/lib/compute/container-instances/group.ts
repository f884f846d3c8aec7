// A container group as Azure shows it, and the calls that the adapter makes.

export interface ObservedGroup {
  readonly provisioningState: string | null;
  /** State of the group: Pending, Running, Stopped, Succeeded, Failed … */
  readonly state: string | null;
  readonly container: ObservedContainer | null;
  readonly events: readonly ObservedEvent[];
  /** The run that the app created the group for, from its tags; null where it has no such tag. */
  readonly runId: string | null;
  readonly location: string | null;
  readonly cpu: number | null;
  readonly memoryGB: number | null;
  /** Always, OnFailure or Never. */
  readonly restartPolicy: string | null;
}

export interface ObservedContainer {
  readonly name: string;
  readonly state: 'Waiting' | 'Running' | 'Terminated' | null;
  readonly startTime: Date | null;
  readonly finishTime: Date | null;
  readonly exitCode: number | null;
  /** What Azure adds, such as `OOMKilled` or `CrashLoopBackOff`. */
  readonly detailStatus: string | null;
  readonly restartCount: number;
}

export interface ObservedEvent {
  readonly name: string;
  readonly message: string;
  readonly type: string;
}

/** A container group to be created for an attempt. */
export interface GroupSpecification {
  readonly name: string;
  readonly location: string;
  readonly runId: string;
  readonly image: string;
  readonly command: readonly string[] | null;
  readonly cpu: number;
  readonly memoryGB: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Values that only the container sees. */
  readonly secureEnvironment: Readonly<Record<string, string>>;
  readonly registry:
    | {
        readonly kind: 'password';
        readonly server: string;
        readonly username: string;
        readonly password: string;
      }
    | { readonly kind: 'identity'; readonly server: string; readonly identity: string }
    | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** All throw ExternalCallError; none waits for what it asked for to be complete. */
export interface ContainerGroups {
  /** Creates and starts a group; returns when that is accepted. Never repeats the call by itself. */
  create(specification: GroupSpecification, signal?: AbortSignal): Promise<void>;
  /** Starts an existing group; returns when that is accepted. Never repeats the call by itself. */
  start(name: string, signal?: AbortSignal): Promise<'accepted' | 'already-running'>;
  stop(name: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Null where there is no such group. */
  get(name: string, signal?: AbortSignal): Promise<ObservedGroup | null>;
  /** The log of the container's current run; null where there is none (not started yet, or gone). */
  log(name: string, container: string): Promise<string | null>;
}
