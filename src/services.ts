// What the domain works with: everything outside, behind small interfaces, made in one place (app.ts).

import type { ExternalCaller } from './lib/azure/external-call.ts';
import type { SecretStore } from './lib/azure/key-vault.ts';
import type { ContainerPlatform } from './lib/compute/container-instances/platform.ts';
import type { Model } from './lib/config/models.ts';
import type { Settings } from './lib/config/settings.ts';
import type { Numerai } from './lib/numerai/numerai.ts';
import type { RoundBook } from './lib/rounds/round-cache.ts';
import type { AlertOutbox } from './lib/storage/alert-outbox.ts';
import type { InFlight } from './lib/storage/in-flight.ts';
import type { LogStore } from './lib/storage/log-store.ts';
import type { RunStore } from './lib/storage/run-store.ts';
import type { StateStore } from './lib/storage/state-store.ts';
import type { Clock } from './lib/util/clock.ts';
import type { Log } from './lib/util/log.ts';
import type { Redaction } from './lib/util/redaction.ts';
import type { ModelIds } from './lib/verification/model-ids.ts';

export interface Services {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly settings: Settings;
  readonly models: readonly Model[];
  readonly log: Log;
  readonly redaction: Redaction;
  readonly call: ExternalCaller;
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
