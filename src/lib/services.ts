// What the domain works with: everything outside, behind small interfaces, made in one place (app.ts).

import type { OutsideCaller } from './azure/outside-call.ts';
import type { Clock } from './clock.ts';
import type { ContainerPlatform } from './container-groups/platform.ts';
import type { SecretStore } from './key-vault/secrets.ts';
import type { Log } from './logging/log.ts';
import type { Redaction } from './logging/redaction.ts';
import type { Model } from './models.ts';
import type { ModelIds } from './numerai/model-ids.ts';
import type { Numerai } from './numerai/numerai.ts';
import type { RoundBook } from './round-book.ts';
import type { Settings } from './settings.ts';
import type { AlertOutbox } from './table-storage/alert-outbox.ts';
import type { InFlight } from './table-storage/in-flight.ts';
import type { LogStore } from './table-storage/log-store.ts';
import type { RunStore } from './table-storage/run-store.ts';
import type { StateStore } from './table-storage/state-store.ts';

export interface Services {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly settings: Settings;
  readonly models: readonly Model[];
  readonly log: Log;
  readonly redaction: Redaction;
  readonly call: OutsideCaller;
  readonly platform: ContainerPlatform;
  readonly secrets: SecretStore;
  readonly numerai: Numerai;
  readonly modelIds: ModelIds;
  readonly roundBook: RoundBook;
  readonly runs: RunStore;
  readonly logs: LogStore;
  readonly inFlight: InFlight;
  readonly state: StateStore;
  readonly alertOutbox: AlertOutbox;
  /** For alerts, which go to webhooks of the operator's choice. */
  readonly fetch: typeof fetch;
}
