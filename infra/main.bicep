// Everything that the app needs in Azure: run by `azd up`, or by `az deployment sub create`.
// docs/deploy.md explains every parameter, docs/security.md every role. Each module is one concern; what everything is called
// is decided in names.bicep.

import { givenOr, placeOf, regionOf, tagsIn, withoutSlash } from 'given.bicep'
import { containersOf, hasKind, jobsToMakeIn, modelsOf } from 'models.bicep'
import { namesOf } from 'names.bicep'

targetScope = 'subscription'

// ---------------------------------------------------------------------------------------------
// What must be said
// ---------------------------------------------------------------------------------------------

@minLength(1)
@maxLength(32)
@description('Short name of this installation, for example `numerai`. Names of resources are derived from it.')
param environmentName string

@minLength(1)
@description('Region of the Function App. It must offer Flex Consumption and Azure Container Instances.')
@metadata({
  azd: {
    type: 'location'
  }
})
param location string

// ---------------------------------------------------------------------------------------------
// What may be said: containers
// ---------------------------------------------------------------------------------------------

@description('Region of the container groups that the app creates, where a model names none. Empty: the region of the app.')
param containerLocation string = ''

@description('Existing resource group that holds your container groups. Empty: a new one is made.')
param existingContainerResourceGroup string = ''

@description('Existing resource group of your Container Apps jobs, and for those that are made. Empty: that of the container groups.')
param existingJobResourceGroup string = ''

@description('Existing resource group that holds your Machine Learning workspaces. Empty: that of the container groups.')
param existingWorkspaceResourceGroup string = ''

@description('Resource id of the Log Analytics workspace of these jobs. Empty: the one of this app for jobs that are made, none for others.')
param jobLogWorkspaceId string = ''

@description('Make a container registry (Basic, about 5 USD a month) from which container groups pull with an identity.')
param createRegistry bool = false

@description('Existing container registry from which container groups pull with an identity. Empty: none.')
param existingRegistryName string = ''

@description('Resource group of the existing registry.')
param existingRegistryResourceGroup string = ''

@description('Make a file share of this name, for data beside the images (models, features). Empty: none.')
param dataShareName string = ''

@description('Containers that are started for rounds and jobs on a day (UTC) at most. Empty: 20 for each model, more for jobs, at least 50.')
param maxStartsPerDay string = ''

@description('Containers that are started as tests on a day (UTC) at most.')
param maxTestStartsPerDay string = '20'

// ---------------------------------------------------------------------------------------------
// The vault and the run history
// ---------------------------------------------------------------------------------------------

@description('Object id of the person who may write secrets into the new vault: you. Empty: nobody is given that role.')
param operatorPrincipalId string = ''

@description('Existing key vault (with role-based access) to use. Empty: a new one is made.')
param existingVaultName string = ''

@description('Resource group of the existing vault.')
param existingVaultResourceGroup string = ''

@description('Protect the new vault from being purged for 90 days. It cannot be switched off again.')
param purgeProtection bool = false

@description('Existing storage account to use. Empty: a new one is made.')
param existingStorageAccountName string = ''

@description('Resource group of the existing storage account.')
param existingStorageResourceGroup string = ''

@description('Days for which the run history is kept.')
param historyDays string = '400'

// ---------------------------------------------------------------------------------------------
// Rounds
// ---------------------------------------------------------------------------------------------

@description('Schedule of the watcher (NCRONTAB). Empty: every minute.')
param watchSchedule string = ''

@description('Schedule of the fallback (NCRONTAB). Empty: every five minutes.')
param fallbackSchedule string = ''

@description('Minutes that an open round is left to the webhook before the fallback starts its runs.')
param fallbackGraceMinutes string = '10'

@description('Longest that the webhook waits for a start to be accepted, in seconds.')
param webhookBudgetSeconds string = '10'

@description('Address of a GraphQL API to use in place of Numerai\'s. Empty: Numerai\'s.')
param numeraiApiUrl string = ''

// ---------------------------------------------------------------------------------------------
// Alerts and pages
// ---------------------------------------------------------------------------------------------

@description('Where alerts go: comma-separated `format:name-of-secret`, the format one of discord, slack, teams, json. Empty: nowhere.')
param alertWebhooks string = ''

@description('Minutes before a round closes at which a missing submission is reported.')
param alertBeforeCloseMinutes string = '20'

@description('Sends one message a day to the receivers of alerts: how the round went.')
@allowed(['true', 'false'])
param alertRoundSummary string = 'false'

@description('Name of the secret with a URL that is called after each good round and each clean watcher hour. Empty: none.')
param heartbeatUrl string = ''

@description('Links at the foot of the dashboard: text=address, with commas between. Empty: none.')
param dashboardLinks string = ''

@description('Object ids of people in Microsoft Entra who open the dashboard by signing in, with commas between. Empty: keys open it.')
param dashboardUsers string = ''

@description('Base address for links, where the app has a domain of its own. Empty: the address that Azure gives it.')
param publicUrl string = ''

// ---------------------------------------------------------------------------------------------
// Logs, costs and tags
// ---------------------------------------------------------------------------------------------

@description('Application Insights with a daily cap. Without it the app keeps its run history all the same.')
param monitoring bool = true

@description('Most that the log workspace takes in a day, in GB. At least 0.023.')
param dailyLogQuotaGb string = '0.1'

@allowed([
  'trace'
  'debug'
  'info'
  'warn'
  'error'
  'fatal'
  'silent'
])
@description('Level of the log.')
param logLevel string = 'info'

@description('Mail address for the rule that notices that the app has gone quiet, and for the budget. Empty: neither.')
param alertEmail string = ''

@description('First day of the month from which the budget counts, for example 2026-11-01. Set it once, leave it. Empty: no budget.')
param budgetStartDate string = ''

@minValue(1)
@description('Budget a month, in the currency of the subscription.')
param budgetAmount int = 10

@description('Tags for everything that is made, by the app too: name=value, with commas between. Empty: none but those of azd and of the app.')
param tags string = ''

// ---------------------------------------------------------------------------------------------
// What follows from that
// ---------------------------------------------------------------------------------------------

// The file that the app reads too.
var content = loadJsonContent('../models.json')
var containers = containersOf(content)
var jobsToMake = jobsToMakeIn(content)
// Nothing is made for a kind of container that nothing is of. A kind has one module, which is called below.
var usesGroups = hasKind(containers, 'group') || hasKind(containers, 'image')
var usesJobs = hasKind(containers, 'containerAppsJob')
var usesWorkspaces = hasKind(containers, 'machineLearning')

var suffix = uniqueString(subscription().id, environmentName, location)
var names = namesOf(subscription().id, environmentName, suffix)

var allTags = union(tagsIn(tags), { 'azd-env-name': environmentName })

var containerRegion = regionOf(givenOr(containerLocation, location))
var containerResourceGroupName = givenOr(existingContainerResourceGroup, names.containerResourceGroup)
var jobResourceGroupName = givenOr(existingJobResourceGroup, containerResourceGroupName)
var workspaceResourceGroupName = givenOr(existingWorkspaceResourceGroup, containerResourceGroupName)
// One is made only where something is, or will be, in it.
var usesContainerResourceGroup = usesGroups || (usesJobs && empty(existingJobResourceGroup)) || (usesWorkspaces && empty(existingWorkspaceResourceGroup))

var vaultPlace = placeOf(existingVaultName, existingVaultResourceGroup, names.vault, names.appResourceGroup)
var vaultUrl = 'https://${vaultPlace.name}${environment().suffixes.keyvaultDns}'

var storagePlace = placeOf(existingStorageAccountName, existingStorageResourceGroup, names.storage, names.appResourceGroup)
var blobEndpoint = 'https://${storagePlace.name}.blob.${environment().suffixes.storage}'
var tableEndpoint = 'https://${storagePlace.name}.table.${environment().suffixes.storage}'

var usesRegistry = createRegistry || !empty(existingRegistryName)
var registryPlace = placeOf(existingRegistryName, existingRegistryResourceGroup, names.registry, names.appResourceGroup)
var pullIdentityId = usesRegistry
  ? resourceId(
      subscription().subscriptionId,
      names.appResourceGroup,
      'Microsoft.ManagedIdentity/userAssignedIdentities',
      names.pullIdentity
    )
  : ''

var ownLogWorkspaceId = resourceId(
  subscription().subscriptionId,
  names.appResourceGroup,
  'Microsoft.OperationalInsights/workspaces',
  names.logWorkspace
)
var jobLogs = empty(jobLogWorkspaceId) && monitoring && !empty(jobsToMake) ? ownLogWorkspaceId : jobLogWorkspaceId

// ---------------------------------------------------------------------------------------------
// Resource groups, and who the app is
// ---------------------------------------------------------------------------------------------

resource appResourceGroup 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: names.appResourceGroup
  location: location
  tags: allTags
}

resource containerResourceGroup 'Microsoft.Resources/resourceGroups@2025-04-01' = if (empty(existingContainerResourceGroup) && usesContainerResourceGroup) {
  name: containerResourceGroupName
  location: location
  tags: allTags
}

module appIdentity 'modules/identity.bicep' = {
  name: 'app-identity'
  scope: appResourceGroup
  params: {
    name: names.appIdentity
    location: location
    tags: allTags
  }
}

// ---------------------------------------------------------------------------------------------
// What every installation has
// ---------------------------------------------------------------------------------------------

module storage 'modules/storage.bicep' = {
  name: 'storage-${suffix}'
  params: {
    isNew: storagePlace.isNew
    name: storagePlace.name
    resourceGroupName: storagePlace.resourceGroupName
    location: location
    tags: allTags
    packageContainerName: names.packageContainer
    principalId: appIdentity.outputs.principalId
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault-${suffix}'
  params: {
    isNew: vaultPlace.isNew
    name: vaultPlace.name
    resourceGroupName: vaultPlace.resourceGroupName
    location: location
    tags: allTags
    purgeProtection: purgeProtection
    operatorPrincipalId: operatorPrincipalId
    principalId: appIdentity.outputs.principalId
  }
}

// ---------------------------------------------------------------------------------------------
// What is asked for
// ---------------------------------------------------------------------------------------------

module images 'modules/images.bicep' = if (usesRegistry) {
  name: 'images-${suffix}'
  params: {
    isNew: registryPlace.isNew
    registryName: registryPlace.name
    registryResourceGroupName: registryPlace.resourceGroupName
    identityName: names.pullIdentity
    appResourceGroupName: appResourceGroup.name
    location: location
    tags: allTags
  }
}

module dataShare 'modules/data-share.bicep' = if (!empty(dataShareName)) {
  name: 'data-share-${suffix}'
  params: {
    name: names.dataStorage
    shareName: dataShareName
    resourceGroupName: appResourceGroup.name
    location: containerRegion
    tags: allTags
    vaultName: vaultPlace.name
    vaultResourceGroupName: vaultPlace.resourceGroupName
    keyNameInVault: names.dataKey
  }
  dependsOn: [
    vault
  ]
}

module insights 'modules/monitoring.bicep' = if (monitoring) {
  name: 'monitoring'
  scope: appResourceGroup
  params: {
    names: names
    location: location
    tags: allTags
    dailyQuotaGb: dailyLogQuotaGb
    principalId: appIdentity.outputs.principalId
    alertEmail: alertEmail
  }
}

module budget 'modules/budget.bicep' = if (!empty(alertEmail) && !empty(budgetStartDate)) {
  name: 'budget-${suffix}'
  params: {
    name: names.budget
    amount: budgetAmount
    startDate: budgetStartDate
    alertEmail: alertEmail
    resourceGroupNames: union(
      [names.appResourceGroup],
      usesContainerResourceGroup ? [containerResourceGroupName] : [],
      usesJobs ? [jobResourceGroupName] : [],
      usesWorkspaces ? [workspaceResourceGroupName] : []
    )
  }
}

// ---------------------------------------------------------------------------------------------
// A module for each kind of container that models.json has
// ---------------------------------------------------------------------------------------------

module containerInstances 'modules/container-instances.bicep' = if (usesGroups) {
  name: 'container-instances-${suffix}'
  params: {
    environmentName: environmentName
    names: names
    resourceGroupName: containerResourceGroupName
    principalId: appIdentity.outputs.principalId
    containers: containers
    pullIdentityId: pullIdentityId
  }
  dependsOn: [
    containerResourceGroup
    images
  ]
}

module containerApps 'modules/container-apps.bicep' = if (usesJobs) {
  name: 'container-apps-${suffix}'
  params: {
    environmentName: environmentName
    names: names
    location: containerRegion
    tags: allTags
    resourceGroupName: jobResourceGroupName
    appResourceGroupName: appResourceGroup.name
    principalId: appIdentity.outputs.principalId
    jobsToMake: jobsToMake
    vaultName: vaultPlace.name
    vaultResourceGroupName: vaultPlace.resourceGroupName
    vaultUrl: vaultUrl
    pullIdentityId: pullIdentityId
    logWorkspaceId: jobLogs
  }
  dependsOn: [
    containerResourceGroup
    images
    insights
    vault
  ]
}

module machineLearning 'modules/machine-learning.bicep' = if (usesWorkspaces) {
  name: 'machine-learning-${suffix}'
  params: {
    environmentName: environmentName
    names: names
    resourceGroupName: workspaceResourceGroupName
    principalId: appIdentity.outputs.principalId
  }
  dependsOn: [
    containerResourceGroup
  ]
}

// ---------------------------------------------------------------------------------------------
// The app
// ---------------------------------------------------------------------------------------------

module app 'modules/app.bicep' = {
  name: 'app'
  scope: appResourceGroup
  params: {
    name: names.app
    planName: names.plan
    location: location
    tags: allTags
    identityId: appIdentity.outputs.id
    packageContainerUrl: '${blobEndpoint}/${names.packageContainer}'
    // Every setting that src/lib/config/settings.ts reads, and the identity-based connection of the Functions host. What is
    // empty is not set. No value is a secret: secrets are read from the vault, by name.
    settings: {
      AZURE_SUBSCRIPTION_ID: subscription().subscriptionId
      AZURE_CLIENT_ID: appIdentity.outputs.clientId
      AZURE_RESOURCE_MANAGER_ENDPOINT: withoutSlash(environment().resourceManager)
      CONTAINER_RESOURCE_GROUP: containerResourceGroupName
      CONTAINER_APPS_RESOURCE_GROUP: usesJobs ? jobResourceGroupName : ''
      CONTAINER_APPS_LOG_WORKSPACE_ID: usesJobs ? jobLogs : ''
      MACHINE_LEARNING_RESOURCE_GROUP: usesWorkspaces ? workspaceResourceGroupName : ''
      CONTAINER_IDENTITY_ID: pullIdentityId
      CONTAINER_LOCATION: containerRegion
      CONTAINER_TAGS: tags
      INSTALLATION_NAME: names.installation
      KEY_VAULT_URL: vaultUrl
      NUMERAI_API_URL: empty(numeraiApiUrl) ? 'https://api-tournament.numer.ai' : numeraiApiUrl
      MODELS_FILE: 'models.json'
      WATCH_SCHEDULE: empty(watchSchedule) ? '0 * * * * *' : watchSchedule
      FALLBACK_SCHEDULE: empty(fallbackSchedule) ? '0 */5 * * * *' : fallbackSchedule
      FALLBACK_GRACE_MINUTES: fallbackGraceMinutes
      MAX_STARTS_PER_DAY: maxStartsPerDay
      MAX_TEST_STARTS_PER_DAY: maxTestStartsPerDay
      HISTORY_DAYS: historyDays
      WEBHOOK_BUDGET_SECONDS: webhookBudgetSeconds
      ALERT_WEBHOOKS: alertWebhooks
      ALERT_BEFORE_CLOSE_MINUTES: alertBeforeCloseMinutes
      HEARTBEAT_URL: heartbeatUrl
      ALERT_ROUND_SUMMARY: alertRoundSummary
      DASHBOARD_LINKS: dashboardLinks
      DASHBOARD_USERS: dashboardUsers
      PUBLIC_URL: publicUrl
      LOG_LEVEL: logLevel
      AzureWebJobsStorage__blobServiceUri: blobEndpoint
      AzureWebJobsStorage__tableServiceUri: tableEndpoint
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: appIdentity.outputs.clientId
      // The connection string names the component; local authentication being disabled, it opens nothing.
      APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring ? insights!.outputs.connectionString : ''
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: monitoring
        ? 'ClientId=${appIdentity.outputs.clientId};Authorization=AAD'
        : ''
    }
  }
  dependsOn: [
    storage
    vault
  ]
}

// ---------------------------------------------------------------------------------------------
// What comes after wants to know
// ---------------------------------------------------------------------------------------------

@description('Region of the app.')
output AZURE_LOCATION string = location

@description('Tenant of the subscription.')
output AZURE_TENANT_ID string = tenant().tenantId

@description('Resource group of the app.')
output AZURE_RESOURCE_GROUP string = names.appResourceGroup

@description('Name of the Function App.')
output AZURE_FUNCTION_NAME string = names.app

@description('Address of the app, without a slash at the end.')
output AZURE_FUNCTION_URL string = app.outputs.url

@description('What Numerai calls, a model each, without the key.')
output WEBHOOK_URLS array = [for model in modelsOf(content): '${app.outputs.url}/api/webhook/${model.?name ?? ''}']

@description('The page for people; it wants a key.')
output DASHBOARD_URL string = '${app.outputs.url}/api/dashboard'

@description('Whether the app is up.')
output HEALTH_URL string = '${app.outputs.url}/api/health'

@description('What sets this installation apart: a part of the names of its tables and of the container of its package.')
output INSTALLATION_NAME string = names.installation

@description('Resource group of the container groups.')
output CONTAINER_RESOURCE_GROUP string = containerResourceGroupName

@description('Identity with which container groups pull from the registry. Empty: none.')
output CONTAINER_IDENTITY_ID string = pullIdentityId

@description('Name of the vault.')
output KEY_VAULT_NAME string = vaultPlace.name

@description('Address of the vault.')
output KEY_VAULT_URL string = vaultUrl

@description('Storage account of the file share for data. Empty: none.')
output DATA_SHARE_ACCOUNT string = empty(dataShareName) ? '' : names.dataStorage

@description('Name of the secret with the key of that account. Empty: none.')
output DATA_SHARE_KEY_SECRET string = empty(dataShareName) ? '' : names.dataKey

@description('Name of the registry. Empty: none.')
output AZURE_CONTAINER_REGISTRY_NAME string = usesRegistry ? registryPlace.name : ''

@description('Host of the registry, the first part of the names of its images. Empty: none.')
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = usesRegistry
  ? '${registryPlace.name}${environment().suffixes.acrLoginServer}'
  : ''
