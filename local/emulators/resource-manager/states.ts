// The states of a container group, and what tests can plan for groups that do not exist yet.

/** See https://learn.microsoft.com/azure/container-instances/container-state */
export type GroupState = 'Pending' | 'Running' | 'Stopped' | 'Succeeded' | 'Failed';

/** What a group is in the middle of. */
export type Transition = 'creating' | 'updating' | 'starting' | 'stopping' | 'deleting';

/** A step at which a group can get stuck. */
export type Stuck = 'pending' | 'pulling' | 'stopping' | 'deleting';

/** What goes wrong with a group from its creation on. */
export interface PlannedFault {
  readonly stuck?: Stuck | undefined;
  readonly platformRestarts?: number | undefined;
}

export interface ProvisioningError {
  /** Absent in some of Azure's own errors, such as that for a region without room. */
  readonly code?: string;
  readonly message: string;
  /** The name of the event that reports it; default: the code. */
  readonly event?: string;
}
