// The history that tests read: which group was started when, with which environment. It survives deletions.

import type { GroupBody } from './schema.ts';

interface StartedGroup {
  readonly name: string;
  readonly location: string;
  readonly body: GroupBody;
}

export interface StartRecord {
  readonly group: string;
  readonly location: string;
  /** When Resource Manager accepted it, on the emulator's clock. */
  readonly at: Date;
  /** `repair`: by the platform, without a call. */
  readonly kind: 'create' | 'update' | 'start' | 'restart' | 'repair';
  readonly image: string;
  /** The first container's environment, secure values included: never print it. */
  readonly env: Readonly<Record<string, string>>;
  /** The variables that were given as secure values. */
  readonly secureNames: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** When its containers were running; `undefined` if they never were. */
  runningAt: Date | undefined;
  endedAt: Date | undefined;
  /** The first container's. */
  exitCode: number | undefined;
}

export class History {
  readonly starts: StartRecord[] = [];
  readonly deletions: { readonly group: string; readonly at: Date }[] = [];

  /** Records that Resource Manager has accepted a start. */
  record(group: StartedGroup, kind: StartRecord['kind'], at: Date): StartRecord {
    const [first] = group.body.properties.containers;
    const variables = first?.properties.environmentVariables ?? [];
    const record: StartRecord = {
      group: group.name,
      location: group.location,
      at,
      kind,
      image: first?.properties.image ?? '',
      env: Object.fromEntries(variables.map((one) => [one.name, one.secureValue ?? one.value ?? ''])),
      secureNames: variables.filter((one) => one.secureValue !== undefined).map(({ name }) => name),
      tags: group.body.tags ?? {},
      runningAt: undefined,
      endedAt: undefined,
      exitCode: undefined,
    };
    this.starts.push(record);
    return record;
  }

  /** The starts of a group, oldest first, even if it has been deleted since. */
  startsOf(group: string): StartRecord[] {
    return this.starts.filter((start) => start.group === group);
  }
}
