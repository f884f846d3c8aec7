// The composition root: settings and models are read and everything is put together, once. Where the
// process ends and the world begins is the `System` that comes in.

import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { createHeartbeat } from './lib/alerts/heartbeat.ts';
import { reportEndedRun, reportExceeded, reportLateJob, reportTroubledRun } from './lib/alerts/review.ts';
import { createCallCounters } from './lib/azure/call-counters.ts';
import { createCredential } from './lib/azure/credential.ts';
import { createExternalCaller } from './lib/azure/external-call.ts';
import { createSecretStore } from './lib/azure/key-vault.ts';
import type { HttpClient, TokenCredential } from './lib/azure/sdk-types.ts';
import { createNoteTriggerId } from './lib/claims/note-trigger-id.ts';
import { createContainerApps } from './lib/compute/container-apps/adapter.ts';
import { createJobs } from './lib/compute/container-apps/resource-manager.ts';
import { createContainerInstances } from './lib/compute/container-instances/adapter.ts';
import { createContainerGroups } from './lib/compute/container-instances/resource-manager.ts';
import { createMachineLearning } from './lib/compute/machine-learning/adapter.ts';
import { createWorkspaces } from './lib/compute/machine-learning/resource-manager.ts';
import { createPlatforms } from './lib/compute/platforms.ts';
import { fingerprintOf } from './lib/config/fingerprint.ts';
import { type Entry, type Job, type Model, type ModelsFile, parseModels } from './lib/config/models.ts';
import { type Environment, parseSettings, type Settings } from './lib/config/settings.ts';
import type { FallbackDependencies } from './lib/fallback/record-round.ts';
import { createGraphqlClient } from './lib/numerai/graphql.ts';
import { createNumerai } from './lib/numerai/numerai.ts';
import type { HealthDependencies } from './lib/operations/health.ts';
import type { CallCounts } from './lib/operations/metrics.ts';
import { readOverview, type Status, type StatusDependencies } from './lib/operations/status.ts';
import { createRoundCache } from './lib/rounds/round-cache.ts';
import { createIdFactory } from './lib/runs/run-id.ts';
import { boundsOf, createStartBounds, keptForRounds } from './lib/start/start-bounds.ts';
import { createAlertStore } from './lib/storage/alert-store.ts';
import { createInFlightIndex } from './lib/storage/in-flight.ts';
import { createKnownIds } from './lib/storage/known-ids.ts';
import { createLogStore } from './lib/storage/log-store.ts';
import { createRunStore } from './lib/storage/run-store.ts';
import { createStartCounter } from './lib/storage/start-counter.ts';
import { createSummaryStore } from './lib/storage/summary-store.ts';
import { createTables } from './lib/storage/tables.ts';
import type { Clock } from './lib/util/clock.ts';
import { ConfigurationError, messageOf } from './lib/util/errors.ts';
import { createLog, type Log, type LogLevel } from './lib/util/log.ts';
import { createRedaction, type Redaction } from './lib/util/redaction.ts';
import { createSingleFlight } from './lib/util/single-flight.ts';
import { createKeyWatch } from './lib/verification/key-watch.ts';
import { createNumeraiModels } from './lib/verification/numerai-models.ts';

/** What the process gives to the app. */
export interface System {
  readonly environment: Environment;
  readonly clock: Clock;
  /** Numbers from 0 up to 1: for jitter and for ids. */
  readonly random: () => number;
  readonly fetch: typeof fetch;
  /** What sends the Azure SDKs' requests; their own client where absent. */
  readonly httpClient?: HttpClient;
  /** Who the app is for Azure; managed identity or `az login` where absent. */
  readonly credential?: TokenCredential;
  /** The folder that holds models.json. */
  readonly appFolder: string;
  /** Names what was built; absent where the sources run as they are. */
  readonly buildId?: string;
}

/** The log of one invocation, as the Functions runtime takes lines. */
type WriteLog = (line: string, level: LogLevel) => void;

/** All that the functions of the domain depend on. */
export type Services = FallbackDependencies &
  HealthDependencies &
  StatusDependencies & {
    readonly callCounts: CallCounts;
    /** The status of all; of many that ask at once, one reads. */
    readonly overview: () => Promise<Status>;
  };

export interface App {
  readonly settings: Settings;
  readonly models: readonly Model[];
  readonly jobs: readonly Job[];
  readonly redaction: Redaction;
  /** The services for one invocation: the same ones, with a log that goes to `write`. */
  servicesFor(bindings: Readonly<Record<string, string>>, write: WriteLog): Services;
}

/** @throws {ConfigurationError} with every fault of the settings, or every fault of models.json. */
export function createApp(system: System): App {
  const { environment, clock, random, fetch, httpClient } = system;
  const settings = parseSettings(environment);
  const { models, jobs } = readModels(system.appFolder, settings);
  const entries: readonly Entry[] = [...models, ...jobs];
  const redaction = createRedaction();
  for (const secret of secretsOfPlatform(settings, environment)) redaction.add(secret);
  const newId = createIdFactory(clock, random);
  const counters = createCallCounters(newId().slice(-8));
  const call = createExternalCaller({ clock, random, redact: redaction.apply, onFailure: counters.count });
  const credential = system.credential ?? createCredential(settings);

  const azure = { credential, call, httpClient };

  const tables = createTables({ access: settings.tables, installation: settings.installation, ...azure });
  const secrets = createSecretStore({
    vaultUrl: settings.keyVaultUrl,
    environment,
    clock,
    onSecret: redaction.add,
    ...azure,
  });
  const numerai = createNumerai(
    createGraphqlClient({ url: settings.numeraiUrl, call, fetch, redact: redaction.apply }),
    redaction.apply,
  );
  const keyWatch = createKeyWatch();
  const numeraiModels = createNumeraiModels({ numerai, secrets, keyWatch, knownIds: createKnownIds(tables), clock });
  const resourceManager = { url: settings.resourceManagerUrl, subscriptionId: settings.subscriptionId, ...azure };
  const groups = createContainerGroups({
    ...resourceManager,
    resourceGroup: settings.containerResourceGroup,
    installation: settings.installation,
  });
  const containerApps = createContainerApps({
    jobs: createJobs({ ...resourceManager, resourceGroup: settings.containerAppsResourceGroup }),
    logWorkspace: settings.containerAppsLogWorkspaceId,
    clock,
  });
  const machineLearning = createMachineLearning({
    workspaces: createWorkspaces({ ...resourceManager, resourceGroup: settings.machineLearningResourceGroup }),
    vaultUrl: settings.keyVaultUrl,
    clock,
  });
  const runs = createRunStore(tables, redaction.apply);
  const shared = {
    clock,
    newId,
    noteTriggerId: createNoteTriggerId({ runs, clock, random }),
    settings,
    models,
    jobs,
    entries,
    redaction,
    call,
    secrets,
    numeraiModels,
    keyWatch,
    roundSource: numerai,
    rounds: createRoundCache(numerai, clock),
    runs,
    summaries: createSummaryStore(tables),
    logs: createLogStore(tables),
    inFlight: createInFlightIndex(tables, redaction.apply),
    alerts: createAlertStore(tables, redaction.apply),
    callCounts: counters,
    fetch,
    fingerprint: fingerprintOf(settings, entries, system.buildId ?? ''),
  };
  const overview = createSingleFlight(() => readOverview(shared));
  const heartbeat = createHeartbeat(shared);
  const counter = createStartCounter(tables);
  const bounds = boundsOf(settings, models.length, jobs);
  const forRounds = keptForRounds(bounds, models.length);
  const boundsFor = createStartBounds({ counter, clock, bounds, forRounds });
  const withLog = (log: Log): Services => {
    const containerInstances = createContainerInstances({
      groups,
      resourceGroup: settings.containerResourceGroup,
      installation: settings.installation,
      tags: settings.containerTags,
      secrets,
      clock,
      redact: redaction.apply,
      log,
    });
    const platform = createPlatforms({
      'container-instances': containerInstances,
      'container-apps': containerApps,
      'machine-learning': machineLearning,
    });
    const services = { ...shared, overview, platform, log, heartbeat: heartbeat(log) };
    return {
      ...services,
      bounds: boundsFor((error) => reportExceeded(services, error)),
      reportEnd: (run) => reportEndedRun(services, run),
      reportTrouble: (run) => reportTroubledRun(services, run),
      reportLateJob: (late) => reportLateJob(services, late),
    };
  };
  return {
    settings,
    models,
    jobs,
    redaction,
    servicesFor: (bindings, write) =>
      withLog(createLog({ level: settings.logLevel, redaction, write }).child(bindings)),
  };
}

/** Secrets that come with the settings, and not by name from the vault. */
function secretsOfPlatform({ tables }: Settings, environment: Environment): readonly string[] {
  const keys =
    tables.kind === 'identity'
      ? []
      : tables.connectionString
          .split(';')
          .map((part) => /^\s*(?:AccountKey|SharedAccessSignature)=(.+)$/i.exec(part)?.[1]);
  return [...keys, environment.IDENTITY_HEADER].filter((secret) => secret !== undefined);
}

function readModels(appFolder: string, settings: Settings): ModelsFile {
  const { modelsFile, containerLocation, containerIdentityId } = settings;
  const path = isAbsolute(modelsFile) ? modelsFile : join(appFolder, modelsFile);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigurationError([
      {
        key: 'MODELS_FILE',
        got: `\`${modelsFile}\` (${messageOf(error)})`,
        expected: 'a file that can be read',
      },
    ]);
  }
  return parseModels(text, { file: modelsFile, containerLocation, containerIdentityId });
}
