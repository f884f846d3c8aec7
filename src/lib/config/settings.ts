// The app's settings: which there are, and how the environment's strings become values. All faults are
// reported at once; a setting that may hold a secret is never quoted.

import * as z from 'zod/mini';
import { ConfigurationError, type ConfigurationFault } from '../util/errors.ts';
import { atLeast, atMost, fault, matching } from './fields.ts';
import { region } from './regions.ts';
import { fieldsOf, ScheduleError } from './schedule-fields.ts';

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An address, without a slash at its end; without a password, a key or a signature in it. */
const webUrl = (expected: string) =>
  z.pipe(
    z.string(expected).check(z.refine((text) => /^https?:\/\/[^@?#]+$/.test(text) && URL.canParse(text), expected)),
    z.transform((url) => url.replace(/\/+$/, '')),
  );
const amount = (min: number, max: number, fallback: number, unit: string) =>
  z.pipe(
    z._default(z.string(), String(fallback)),
    z.pipe(
      z.transform((text: string) => (/^\s*-?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined)),
      z.number(`a number of ${unit}`).check(atLeast(min), atMost(max)),
    ),
  );

const count = (min: number, max: number, unit: string) =>
  z.pipe(
    z.string(),
    z.pipe(
      z.transform((text: string) => (/^\s*\d+\s*$/.test(text) ? Number(text) : undefined)),
      z.int(`a whole number of ${unit}`).check(atLeast(min), atMost(max)),
    ),
  );

const cron = (fallback: string) =>
  z._default(
    z.string().check(({ value, issues }) => {
      try {
        fieldsOf(value);
      } catch (error) {
        if (!(error instanceof ScheduleError)) throw error;
        issues.push(fault(value, [], `an NCRONTAB expression such as \`0 */5 * * * *\`: ${error.message}`));
      }
    }),
    fallback,
  );

/** A list with commas between. */
const list = <T extends z.ZodMiniType<unknown, string>>(item: T) =>
  z.pipe(
    z.pipe(
      z._default(z.string(), ''),
      z.transform((text) => text.split(/\s*,\s*/).filter((part) => part !== '')),
    ),
    z.array(item),
  );

const alertFormat = z.enum(['discord', 'slack', 'teams', 'json']);

/**
 * Where an alert is sent: by format and name of the secret that holds the URL, and all in one, as set. Plain JSON can be
 * signed, with the key that a secret of a third name holds.
 */
const alertWebhook = z.pipe(
  matching(
    new RegExp(`^((${alertFormat.options.join('|')}):[0-9A-Za-z-]{1,127}|json(:[0-9A-Za-z-]{1,127}){2})$`),
    'pairs such as `discord:alert-discord` (the name of a secret, not its URL), with commas between',
  ),
  z.transform((pair) => {
    const [format, secretName = '', keySecret] = pair.split(':');
    return { name: pair, format: alertFormat.parse(format), secretName, keySecret };
  }),
);
export type AlertWebhook = z.output<typeof alertWebhook>;

/** Somewhere that an operator wants to go from the dashboard. */
const link = z.pipe(
  z
    .string()
    .check(
      z.refine(
        (pair) => /^[^=]+=https?:\/\//.test(pair) && URL.canParse(pair.slice(pair.indexOf('=') + 1)),
        'pairs such as `Runbook=https://example.org/runbook`, with commas between',
      ),
    ),
  z.transform((pair) => {
    const [text = ''] = pair.split('=');
    return { text: text.trim(), href: pair.slice(pair.indexOf('=') + 1) };
  }),
);

/**
 * A tag of what the app creates, for a policy that demands it.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations
 */
const tag = z.pipe(
  matching(
    /^[^=<>%&\\?/]{1,512}=.{0,256}$/,
    'pairs such as `cost-center=numerai`, with commas between; no name with one of `<>%&\\?/`',
  ),
  z.transform((pair) => {
    const [name = '', ...value] = pair.split('=');
    return [name.trim(), value.join('=').trim()] as const;
  }),
);

const publicUrl = z.optional(webUrl('the URL under which the app is reached'));

/** Default schedules of the timers, needed before the settings are read. */
export const DEFAULT_SCHEDULES = { watch: '0 * * * * *', fallback: '0 */5 * * * *' } as const;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** One schema a setting; the keys are the names in the environment. */
const schema = z.object({
  AZURE_SUBSCRIPTION_ID: matching(GUID, 'the id of a subscription, a GUID'),
  CONTAINER_RESOURCE_GROUP: matching(/^[-\w.()]{1,90}$/, 'the name of the resource group of the container groups'),
  // That of the container groups, where these are not set.
  CONTAINER_APPS_RESOURCE_GROUP: z.optional(
    matching(/^[-\w.()]{1,90}$/, 'the name of the resource group of the Container Apps jobs'),
  ),
  MACHINE_LEARNING_RESOURCE_GROUP: z.optional(
    matching(/^[-\w.()]{1,90}$/, 'the name of the resource group of the Machine Learning workspaces'),
  ),
  CONTAINER_APPS_LOG_WORKSPACE_ID: z.optional(
    matching(
      /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/Microsoft\.OperationalInsights\/workspaces\/[^/]+$/i,
      'the resource id of a Log Analytics workspace',
    ),
  ),
  // A part of the names of tables, which have letters and digits only and 63 at most.
  INSTALLATION_NAME: z.optional(matching(/^[A-Za-z0-9]{1,40}$/, 'letters and digits, at most 40')),
  CONTAINER_LOCATION: z.optional(region),
  // Azure takes 50, and the app has some of its own.
  CONTAINER_TAGS: list(tag).check(z.maxLength(40, 'at most 40 tags')),
  CONTAINER_IDENTITY_ID: z.optional(
    matching(
      /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[^/]+$/i,
      'the resource id of a user-assigned identity',
    ),
  ),
  AZURE_CLIENT_ID: z.optional(matching(GUID, 'the client id of an identity, a GUID')),
  AZURE_RESOURCE_MANAGER_ENDPOINT: z._default(
    webUrl('the URL of Azure Resource Manager'),
    'https://management.azure.com',
  ),
  KEY_VAULT_URL: z.optional(webUrl('the URL of a key vault, such as `https://name.vault.azure.net`')),
  AzureWebJobsStorage__tableServiceUri: z.optional(
    webUrl('the URL of a table endpoint, such as `https://account.table.core.windows.net`'),
  ),
  AzureWebJobsStorage: z.optional(
    matching(/^\s*\w+=./, 'a connection string of a storage account: `name=value;name=value`'),
  ),
  NUMERAI_API_URL: z._default(webUrl("the URL of Numerai's API"), 'https://api-tournament.numer.ai'),
  MODELS_FILE: z._default(z.string(), 'models.json'),
  WATCH_SCHEDULE: cron(DEFAULT_SCHEDULES.watch),
  FALLBACK_SCHEDULE: cron(DEFAULT_SCHEDULES.fallback),
  FALLBACK_GRACE_MINUTES: amount(0, 600, 10, 'minutes'),
  WEBHOOK_BUDGET_SECONDS: amount(1, 30, 10, 'seconds'),
  // Without it, what boundsOf says for the models and jobs there are.
  MAX_STARTS_PER_DAY: z.optional(count(1, 1_000_000, 'starts')),
  MAX_TEST_STARTS_PER_DAY: z.optional(count(0, 1_000_000, 'starts')),
  // Longer than the longest round and the longest run: what is pruned is no claim that still counts.
  HISTORY_DAYS: amount(7, 36_500, 400, 'days'),
  ALERT_BEFORE_CLOSE_MINUTES: amount(1, 600, 20, 'minutes'),
  ALERT_ROUND_SUMMARY: z._default(z.enum(['true', 'false'], '`true` or `false`'), 'false'),
  ALERT_WEBHOOKS: list(alertWebhook),
  HEARTBEAT_URL: z.optional(matching(/^[0-9A-Za-z-]{1,127}$/, 'the name of a secret that holds the URL, not the URL')),
  DASHBOARD_LINKS: list(link),
  // Read by sign-in.ts.
  DASHBOARD_USERS: list(matching(GUID, 'object ids of people in Microsoft Entra, with commas between')),
  PUBLIC_URL: publicUrl,
  LOG_LEVEL: z._default(z.enum(LOG_LEVELS, `one of ${LOG_LEVELS.join(', ')}`), 'info'),
  /** Set by the platform, not by people. */
  IDENTITY_ENDPOINT: z.optional(z.string()),
  WEBSITE_HOSTNAME: z.optional(z.string()),
  WEBSITE_AUTH_ENABLED: z.optional(z.string()),
});

/** The names of all settings that the app reads (besides secrets by name where there is no vault). */
export const SETTINGS: readonly string[] = Object.keys(schema.shape);

/** The settings as the app uses them. */
export type Settings = Readonly<ReturnType<typeof parseSettings>>;

/** The table endpoint with the identity, or a connection string. */
export type TableAccess =
  | { readonly kind: 'identity'; readonly url: string }
  | { readonly kind: 'connection-string'; readonly connectionString: string };

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings from the environment; an empty string counts as absent.
 * @throws {ConfigurationError} with every fault found.
 */
export function parseSettings(environment: Environment) {
  const { given, parsed, faults } = read(environment);
  if ((given.AzureWebJobsStorage__tableServiceUri ?? given.AzureWebJobsStorage) === undefined) {
    faults.push({
      key: 'AzureWebJobsStorage__tableServiceUri',
      got: 'nothing',
      expected: 'the URL of a table endpoint (or AzureWebJobsStorage, a connection string)',
    });
  }
  if (!parsed.success || faults.length > 0) throw new ConfigurationError(faults);
  const values = parsed.data;
  return {
    subscriptionId: values.AZURE_SUBSCRIPTION_ID,
    containerResourceGroup: values.CONTAINER_RESOURCE_GROUP,
    containerAppsResourceGroup: values.CONTAINER_APPS_RESOURCE_GROUP ?? values.CONTAINER_RESOURCE_GROUP,
    machineLearningResourceGroup: values.MACHINE_LEARNING_RESOURCE_GROUP ?? values.CONTAINER_RESOURCE_GROUP,
    containerAppsLogWorkspaceId: values.CONTAINER_APPS_LOG_WORKSPACE_ID,
    installation: values.INSTALLATION_NAME?.toLowerCase() ?? '',
    containerLocation: values.CONTAINER_LOCATION,
    containerIdentityId: values.CONTAINER_IDENTITY_ID,
    containerTags: Object.fromEntries(values.CONTAINER_TAGS),
    clientId: values.AZURE_CLIENT_ID,
    hasManagedIdentity: values.IDENTITY_ENDPOINT !== undefined,
    resourceManagerUrl: values.AZURE_RESOURCE_MANAGER_ENDPOINT,
    keyVaultUrl: values.KEY_VAULT_URL,
    tables: tableAccess(values.AzureWebJobsStorage__tableServiceUri, values.AzureWebJobsStorage ?? ''),
    numeraiUrl: values.NUMERAI_API_URL,
    modelsFile: values.MODELS_FILE,
    fallbackGraceMinutes: values.FALLBACK_GRACE_MINUTES,
    webhookBudgetSeconds: values.WEBHOOK_BUDGET_SECONDS,
    maxStartsPerDay: values.MAX_STARTS_PER_DAY,
    maxTestStartsPerDay: values.MAX_TEST_STARTS_PER_DAY ?? 20,
    historyDays: values.HISTORY_DAYS,
    alertBeforeCloseMinutes: values.ALERT_BEFORE_CLOSE_MINUTES,
    alertRoundSummary: values.ALERT_ROUND_SUMMARY === 'true',
    alertWebhooks: values.ALERT_WEBHOOKS,
    heartbeatSecret: values.HEARTBEAT_URL,
    dashboardLinks: values.DASHBOARD_LINKS,
    publicUrl: ownAddress(environment),
    logLevel: values.LOG_LEVEL,
  };
}

/** What is wrong with those that are set, of a deployment that may set the others. */
export function settingFaults(environment: Environment): readonly ConfigurationFault[] {
  return read(environment).faults.filter(({ key }) => environment[key]);
}

function read(environment: Environment) {
  const given = Object.fromEntries(SETTINGS.map((name) => [name, environment[name] || undefined]));
  const parsed = schema.safeParse(given);
  const faults: ConfigurationFault[] = (parsed.error?.issues ?? []).map((issue) => {
    const key = String(issue.path[0]);
    return { key, got: shown(key, given[key]), expected: issue.message };
  });
  return { given, parsed, faults };
}

function tableAccess(url: string | undefined, connectionString: string): TableAccess {
  return url === undefined ? { kind: 'connection-string', connectionString } : { kind: 'identity', url };
}

/** Where the app is reached, also where other settings are wrong; undefined where neither they nor the platform say. */
export function ownAddress({ PUBLIC_URL, WEBSITE_HOSTNAME }: Environment): string | undefined {
  const { data } = publicUrl.safeParse(PUBLIC_URL || undefined);
  return data ?? urlOf(WEBSITE_HOSTNAME || undefined);
}

/** The platform gives a bare name; only a loopback address is ever served without TLS. */
function urlOf(host: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  return `${/^(localhost|127\.0\.0\.1)(:|$)/.test(host) ? 'http' : 'https'}://${host}`;
}

/** A connection string holds a key; the URL of a webhook is a secret, and may stand where its name is expected. */
const NEVER_SHOWN: ReadonlySet<string> = new Set(['AzureWebJobsStorage', 'ALERT_WEBHOOKS', 'HEARTBEAT_URL']);

function shown(key: string, value: string | undefined): string {
  if (value === undefined) return 'nothing';
  // What stands before an @ may be a password.
  if (NEVER_SHOWN.has(key) || value.includes('@')) return 'a value that is not shown';
  // What follows may be a key or a signature.
  const quoted = value.replace(/([?#=]).*$/s, '$1…');
  return `\`${quoted.length > 80 ? `${quoted.slice(0, 80)}…` : quoted}\``;
}
