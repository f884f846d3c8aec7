// Settings: what is left out has the defaults of the design, and all that is wrong is reported at once.

import { describe, expect, test } from 'vitest';
import { appOf, faultsOf } from './configured-app.ts';

describe('settings', () => {
  test('have the defaults of the design where they are left out or empty', async () => {
    const { settings } = appOf({ KEY_VAULT_URL: '', LOG_LEVEL: '' });
    expect(settings).toMatchObject({
      resourceManagerUrl: 'https://management.azure.com',
      numeraiUrl: 'https://api-tournament.numer.ai',
      keyVaultUrl: undefined,
      tables: { kind: 'identity', url: 'https://account.table.core.windows.net' },
      modelsFile: 'models.json',
      webhookBudgetSeconds: 10,
      fallbackGraceMinutes: 10,
      historyDays: 400,
      alertBeforeCloseMinutes: 20,
      alertRoundSummary: false,
      alertWebhooks: [],
      publicUrl: undefined,
      hasManagedIdentity: false,
      logLevel: 'info',
    });
  });

  test('take a connection string where there is no endpoint', async () => {
    const { settings } = appOf({
      AzureWebJobsStorage__tableServiceUri: '',
      AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    });
    expect(settings.tables).toEqual({
      kind: 'connection-string',
      connectionString: 'UseDevelopmentStorage=true',
    });
  });

  test.each([
    ['PUBLIC_URL', 'https://mine.example/', 'https://mine.example'],
    ['WEBSITE_HOSTNAME', 'mine.azurewebsites.net', 'https://mine.azurewebsites.net'],
    ['WEBSITE_HOSTNAME', 'localhost:7071', 'http://localhost:7071'],
  ])('make links from %s %s', async (name, value, url) => {
    expect(appOf({ [name]: value }).settings.publicUrl).toBe(url);
  });

  test.each([
    ['AZURE_SUBSCRIPTION_ID', 'mine', '`mine`; expected the id of a subscription'],
    ['AZURE_SUBSCRIPTION_ID', '', 'nothing; expected the id of a subscription'],
    ['CONTAINER_RESOURCE_GROUP', '', 'nothing; expected the name of the resource group'],
    ['CONTAINER_RESOURCE_GROUP', 'a b', '`a b`; expected the name of the resource group'],
    ['CONTAINER_APPS_RESOURCE_GROUP', 'a b', '`a b`; expected the name of the resource group'],
    ['MACHINE_LEARNING_RESOURCE_GROUP', 'a b', '`a b`; expected the name of the resource group'],
    ['CONTAINER_APPS_LOG_WORKSPACE_ID', 'logs', '`logs`; expected the resource id of a Log Analytics workspace'],
    ['CONTAINER_TAGS', 'cost-center', '`cost-center`; expected pairs such as `cost-center=numerai`'],
    ['CONTAINER_TAGS', 'a=b,c?d=e', '`a=…`; expected pairs such as `cost-center=numerai`'],
    ['CONTAINER_LOCATION', 'West US 2', '`West US 2`; expected a region'],
    ['CONTAINER_IDENTITY_ID', 'me', '`me`; expected the resource id'],
    ['AZURE_CLIENT_ID', 'me', '`me`; expected the client id'],
    ['AZURE_RESOURCE_MANAGER_ENDPOINT', 'x', '`x`; expected the URL of Azure Resource Manager'],
    ['KEY_VAULT_URL', 'vault', '`vault`; expected the URL of a key vault'],
    ['AzureWebJobsStorage__tableServiceUri', 'ftp://x', '`ftp://x`; expected the URL of a table'],
    ['AzureWebJobsStorage__tableServiceUri', '', 'nothing; expected the URL of a table endpoint'],
    ['AzureWebJobsStorage', 'a-key', 'a value that is not shown; expected a connection string'],
    ['NUMERAI_API_URL', 'numerai', "`numerai`; expected the URL of Numerai's API"],
    ['MODELS_FILE', 'none.json', '`none.json` (ENOENT'],
    ['WATCH_SCHEDULE', 'often', '`often`; expected an NCRONTAB expression'],
    ['FALLBACK_SCHEDULE', '5', '`5`; expected an NCRONTAB expression'],
    [
      'FALLBACK_SCHEDULE',
      '0 99 * * * *',
      '`0 99 * * * *`; expected an NCRONTAB expression such as `0 */5 * * * *`: a number from 0 to 59 at position 3 (minute), where there is `99`',
    ],
    ['WATCH_SCHEDULE', '0 */5 * * * 7', '`0 */5 * * * 7`; expected an NCRONTAB expression'],
    ['WATCH_SCHEDULE', '0 0 0 30 2 *', '`0 0 0 30 2 *`; expected an NCRONTAB expression'],
    ['WATCH_SCHEDULE', '0 0 6 * * MON-SUN', '`0 0 6 * * MON-SUN`; expected an NCRONTAB expression'],
    ['WATCH_SCHEDULE', 'a b c d e f', '`a b c d e f`; expected an NCRONTAB expression'],
    ['WATCH_SCHEDULE', '99 * * * * *', '`99 * * * * *`; expected an NCRONTAB expression'],
    ['WATCH_SCHEDULE', '0 0 24 * * *', '`0 0 24 * * *`; expected an NCRONTAB expression'],
    ['FALLBACK_SCHEDULE', '*/0 * * * *', '`*/0 * * * *`; expected an NCRONTAB expression'],
    ['FALLBACK_SCHEDULE', '0 0 0 0 * *', '`0 0 0 0 * *`; expected an NCRONTAB expression'],
    ['FALLBACK_SCHEDULE', '0 0 0 * * Son', '`0 0 0 * * Son`; expected an NCRONTAB expression'],
    ['FALLBACK_GRACE_MINUTES', ' ', '` `; expected a number of minutes'],
    ['FALLBACK_GRACE_MINUTES', '0x10', '`0x10`; expected a number of minutes'],
    ['HISTORY_DAYS', '1e2', '`1e2`; expected a number of days'],
    ['WEBHOOK_BUDGET_SECONDS', 'ten', '`ten`; expected a number of seconds'],
    ['WEBHOOK_BUDGET_SECONDS', '0', '`0`; expected at least 1'],
    ['WEBHOOK_BUDGET_SECONDS', '31', '`31`; expected at most 30'],
    ['FALLBACK_GRACE_MINUTES', '-1', '`-1`; expected at least 0'],
    ['HISTORY_DAYS', '6', '`6`; expected at least 7'],
    ['ALERT_BEFORE_CLOSE_MINUTES', '0', '`0`; expected at least 1'],
    ['ALERT_ROUND_SUMMARY', 'daily', '`daily`; expected `true` or `false`'],
    ['ALERT_WEBHOOKS', 'discord', 'a value that is not shown; expected pairs such as'],
    ['ALERT_WEBHOOKS', 'mail:x', 'a value that is not shown; expected pairs such as'],
    ['ALERT_WEBHOOKS', 'discord:https://d.example/api/key', 'a value that is not shown; expected'],
    ['HEARTBEAT_URL', 'https://hc-ping.com/topsecret', 'a value that is not shown; expected the name of a secret'],
    ['DASHBOARD_LINKS', 'https://d.example?key=x', '`https://d.example?…`; expected pairs such as'],
    ['PUBLIC_URL', 'mine', '`mine`; expected the URL under which the app is reached'],
    ['LOG_LEVEL', 'loud', '`loud`; expected one of fatal, error'],
  ])('tell what is wrong with %s "%s"', async (name, value, says) => {
    expect(faultsOf({ [name]: value })).toEqual([expect.stringContaining(`${name}: got ${says}`)]);
  });

  test.each([
    '0 */5 * * * *',
    '*/2 * * * *',
    '59 59 23 31 12 6',
    '0 0,30 9-17/2 1-15 Jan-MAR mon-Friday',
    '00 05 07 01 01 SUN',
  ])('take the schedule "%s"', async (schedule) => {
    expect(faultsOf({ WATCH_SCHEDULE: schedule })).toEqual([]);
  });

  test.each([
    ['KEY_VAULT_URL', 'htp://user:topsecret@vault'],
    ['KEY_VAULT_URL', 'https://user:topsecret@name.vault.azure.net'],
    ['KEY_VAULT_URL', 'user:top/secret?topsecret@vault'],
    ['PUBLIC_URL', 'https://mine.example/?code=topsecret'],
    ['PUBLIC_URL', 'mine.example#topsecret'],
    ['AzureWebJobsStorage__tableServiceUri', 'https://account.table.core.windows.net?sig=topsecret'],
    ['ALERT_WEBHOOKS', 'discord.com/api/webhooks/1/topsecret'],
    ['ALERT_WEBHOOKS', 'discord:alert,slack:https:hooks.slack.com/services/topsecret'],
    ['CONTAINER_RESOURCE_GROUP', 'DefaultEndpointsProtocol=https;AccountKey=topsecret'],
  ])('never quote what may be a secret: %s "%s"', async (name, value) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toEqual([expect.stringContaining(`${name}: got `)]);
    expect(faults.join()).not.toContain('secret@');
    expect(faults.join()).not.toContain('topsecret');
  });

  test('tell all faults at once', async () => {
    const faults = faultsOf({
      AZURE_SUBSCRIPTION_ID: 'x',
      CONTAINER_RESOURCE_GROUP: '',
      KEY_VAULT_URL: 'x',
      LOG_LEVEL: 'x',
      WEBHOOK_BUDGET_SECONDS: 'x',
      AzureWebJobsStorage__tableServiceUri: '',
    });
    expect(faults.map((fault) => fault.replace(/:.*/s, '')).sort()).toEqual([
      'AZURE_SUBSCRIPTION_ID',
      'AzureWebJobsStorage__tableServiceUri',
      'CONTAINER_RESOURCE_GROUP',
      'KEY_VAULT_URL',
      'LOG_LEVEL',
      'WEBHOOK_BUDGET_SECONDS',
    ]);
  });
});
