// Everything that the app needs in Azure: run by `azd up`, or by `az deployment sub create`.
// docs/deploy.md explains every parameter, docs/security.md every role.

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
// What may be said
// ---------------------------------------------------------------------------------------------

@description('Object id of the person who may write secrets into the new vault: you. Empty: nobody is given that role.')
param operatorPrincipalId string = ''

@description('Region of the container groups that the app creates, where a model names none. Empty: the region of the app.')
param containerLocation string = ''

@description('Existing resource group that holds your container groups. Empty: a new one is made.')
param existingContainerResourceGroup string = ''

@description('Existing resource group that holds your Container Apps jobs. Empty: that of the container groups.')
param existingJobResourceGroup string = ''

@description('Resource id of the Log Analytics workspace of the environment in which these jobs run. Empty: their logs stay there.')
param jobLogWorkspaceId string = ''

@description('Existing resource group that holds your Machine Learning workspaces. Empty: that of the container groups.')
param existingWorkspaceResourceGroup string = ''

@description('Existing key vault (with role-based access) to use. Empty: a new one is made.')
param existingVaultName string = ''

@description('Resource group of the existing vault.')
param existingVaultResourceGroup string = ''

@description('Existing storage account to use. Empty: a new one is made.')
param existingStorageAccountName string = ''

@description('Resource group of the existing storage account.')
param existingStorageResourceGroup string = ''

@description('Make a container registry (Basic, about 5 USD a month) from which container groups pull with an identity.')
param createRegistry bool = false

@description('Existing container registry from which container groups pull with an identity. Empty: none.')
param existingRegistryName string = ''

@description('Resource group of the existing registry.')
param existingRegistryResourceGroup string = ''

@description('Make a file share of this name, for data beside the images (models, features). Empty: none.')
param dataShareName string = ''

@description('Application Insights with a daily cap. Without it the app keeps its run history all the same.')
param monitoring bool = true

@description('Most that the log workspace takes in a day, in GB. At least 0.023.')
param dailyLogQuotaGb string = '0.1'

@description('Protect the new vault from being purged for 90 days. It cannot be switched off again.')
param purgeProtection bool = false

@description('Mail address for the rule that notices that the app has gone quiet, and for the budget. Empty: neither.')
param alertEmail string = ''

@description('First day of the month from which the budget counts, for example 2026-11-01. Set it once, leave it. Empty: no budget.')
param budgetStartDate string = ''

@minValue(1)
@description('Budget a month, in the currency of the subscription.')
param budgetAmount int = 10

@description('Where alerts go: comma-separated `format:name-of-secret`, the format one of discord, slack, teams, json. Empty: nowhere.')
param alertWebhooks string = ''

@description('Name of the secret with a URL that is called after each good round and each clean watcher hour. Empty: none.')
param heartbeatUrl string = ''

@description('Minutes before a round closes at which a missing submission is reported.')
param alertBeforeCloseMinutes string = '20'

@description('Schedule of the watcher (NCRONTAB). Empty: every minute.')
param watchSchedule string = ''

@description('Schedule of the fallback (NCRONTAB). Empty: every five minutes.')
param fallbackSchedule string = ''

@description('Minutes that an open round is left to the webhook before the fallback starts its runs.')
param fallbackGraceMinutes string = '10'

@description('Containers that are started for rounds and jobs on a day (UTC) at most. Empty: 20 for each model, more for jobs, at least 50.')
param maxStartsPerDay string = ''

@description('Containers that are started as tests on a day (UTC) at most.')
param maxTestStartsPerDay string = '20'

@description('Days for which the run history is kept.')
param historyDays string = '400'

@description('Longest that the webhook waits for a start to be accepted, in seconds.')
param webhookBudgetSeconds string = '10'

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

@description('Address of a GraphQL API to use in place of Numerai\'s. Empty: Numerai\'s.')
param numeraiApiUrl string = ''

@description('Links at the foot of the dashboard: text=address, with commas between. Empty: none.')
param dashboardLinks string = ''

@description('Base address for links, where the app has a domain of its own. Empty: the address that Azure gives it.')
param publicUrl string = ''

// ---------------------------------------------------------------------------------------------
// The models and jobs: the file that the app reads too
// ---------------------------------------------------------------------------------------------

// Through a function, whose types forget what exactly the file holds when it is compiled: what one
// models.json leaves out, another has.
@description('The list of models in the content of models.json.')
func modelsOf(content object) array => content.models
@description('The list of jobs in the content of models.json; it need not have one.')
func jobsOf(content object) array => content.?jobs ?? []

var models = modelsOf(loadJsonContent('../models.json'))
var jobs = jobsOf(loadJsonContent('../models.json'))

// ---------------------------------------------------------------------------------------------
// Names
// ---------------------------------------------------------------------------------------------

var suffix = uniqueString(subscription().id, environmentName, location)
var tags = {
  'azd-env-name': environmentName
  application: 'numerai-azure-webhook'
}

var appResourceGroupName = 'rg-${environmentName}'
var appName = 'func-numerai-${suffix}'
// Tables and the container of the package have it in their names, so that several installations can share an account.
var installationName = suffix
var packageContainerName = 'app-package-${installationName}'

var newContainerResourceGroup = empty(existingContainerResourceGroup)
var containerResourceGroupName = newContainerResourceGroup
  ? 'rg-${environmentName}-containers'
  : existingContainerResourceGroup

var jobResourceGroupName = empty(existingJobResourceGroup) ? containerResourceGroupName : existingJobResourceGroup

var workspaceResourceGroupName = empty(existingWorkspaceResourceGroup) ? containerResourceGroupName : existingWorkspaceResourceGroup

var newVault = empty(existingVaultName)
var vaultName = newVault ? 'kv-${suffix}' : existingVaultName
var vaultResourceGroupName = newVault ? appResourceGroupName : existingVaultResourceGroup
var vaultUrl = 'https://${vaultName}${environment().suffixes.keyvaultDns}'

var newStorage = empty(existingStorageAccountName)
var storageName = newStorage ? 'st${suffix}' : existingStorageAccountName
var storageResourceGroupName = newStorage ? appResourceGroupName : existingStorageResourceGroup
var blobEndpoint = 'https://${storageName}.blob.${environment().suffixes.storage}'
var tableEndpoint = 'https://${storageName}.table.${environment().suffixes.storage}'

var newRegistry = createRegistry && empty(existingRegistryName)
var usesRegistry = createRegistry || !empty(existingRegistryName)
var registryName = empty(existingRegistryName) ? 'cr${suffix}' : existingRegistryName
var registryResourceGroupName = empty(existingRegistryName) ? appResourceGroupName : existingRegistryResourceGroup
var containerIdentityName = 'id-containers-${suffix}'
var containerIdentityId = resourceId(
  subscription().subscriptionId,
  appResourceGroupName,
  'Microsoft.ManagedIdentity/userAssignedIdentities',
  containerIdentityName
)

// The containers that models.json describes: each model's own, its last resort, and each job's.
var containers = concat(
  map(concat(models, jobs), entry => entry.container),
  map(filter(models, model => contains(model, 'lastResort')), model => model.lastResort)
)

// Identities that models.json itself names: the app must be allowed to hand them to a container group.
var namedIdentityIds = union(
  map(
    filter(containers, container => (container.?registry.?identity ?? '') != ''),
    container => container.registry.identity
  ),
  map(filter(containers, container => (container.?identity ?? '') != ''), container => container.identity)
)
// Subnets that it names: the app must be allowed to put a container group into them.
var namedSubnetIds = union(
  map(filter(containers, container => (container.?subnet ?? '') != ''), container => container.subnet),
  []
)
// Jobs of Container Apps are there before the app: it only starts them.
var usesJobs = !empty(filter(containers, container => (container.?containerAppsJob ?? '') != ''))
// Workspaces of Machine Learning are the participant's own.
var usesWorkspaces = !empty(filter(containers, container => !empty(container.?machineLearning ?? {})))
var readsJobLogs = usesJobs && !empty(jobLogWorkspaceId)
// Of any resource id where there is none: a module that is not deployed has a scope all the same.
var jobLogParts = split(readsJobLogs ? jobLogWorkspaceId : containerIdentityId, '/')
var usesIdentity = usesRegistry || !empty(namedIdentityIds)
var identityRoleName = guid(subscription().id, suffix, 'assign-identity')
var subnetRoleName = guid(subscription().id, suffix, 'join-subnet')

var newDataShare = !empty(dataShareName)
var dataStorageName = 'stdata${suffix}'
var dataKeySecretName = 'data-share-key'

// The app joins paths to it, so it is set without the slash at the end that Azure's own value has.
var resourceManagerUrl = environment().resourceManager
var resourceManagerEndpoint = endsWith(resourceManagerUrl, '/')
  ? take(resourceManagerUrl, length(resourceManagerUrl) - 1)
  : resourceManagerUrl

// ---------------------------------------------------------------------------------------------
// Resource groups
// ---------------------------------------------------------------------------------------------

resource appResourceGroup 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: appResourceGroupName
  location: location
  tags: tags
}

resource containerResourceGroup 'Microsoft.Resources/resourceGroups@2024-03-01' = if (newContainerResourceGroup) {
  name: containerResourceGroupName
  location: location
  tags: tags
}

// ---------------------------------------------------------------------------------------------
// Roles of this app's own: exactly the actions behind the calls that it makes (test/infra holds
// the list against the Resource Manager emulator). A role gives nothing until it is assigned; it is
// assigned on the resource groups of containers, jobs and workspaces, and on single identities and subnets only.
// ---------------------------------------------------------------------------------------------

resource containerRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, suffix, 'container-groups')
  properties: {
    roleName: 'Numerai webhook: container groups (${environmentName}, ${suffix})'
    description: 'Create, start, stop, read and delete container groups and read their logs.'
    type: 'CustomRole'
    permissions: [
      {
        actions: [
          'Microsoft.ContainerInstance/containerGroups/read'
          'Microsoft.ContainerInstance/containerGroups/write'
          'Microsoft.ContainerInstance/containerGroups/delete'
          'Microsoft.ContainerInstance/containerGroups/start/action'
          'Microsoft.ContainerInstance/containerGroups/stop/action'
          'Microsoft.ContainerInstance/containerGroups/containers/logs/read'
        ]
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
    assignableScopes: [
      subscription().id
    ]
  }
}

resource jobRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (usesJobs) {
  name: guid(subscription().id, suffix, 'container-apps-jobs')
  properties: {
    roleName: 'Numerai webhook: Container Apps jobs (${environmentName}, ${suffix})'
    description: 'Read and start Container Apps jobs, read their executions and stop them.'
    type: 'CustomRole'
    permissions: [
      {
        actions: [
          'Microsoft.App/jobs/read'
          'Microsoft.App/jobs/start/action'
          'Microsoft.App/jobs/executions/read'
          'Microsoft.App/jobs/stop/execution/action'
        ]
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
    assignableScopes: [
      subscription().id
    ]
  }
}

resource workspaceRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (usesWorkspaces) {
  name: guid(subscription().id, suffix, 'machine-learning-jobs')
  properties: {
    roleName: 'Numerai webhook: Machine Learning jobs (${environmentName}, ${suffix})'
    description: 'Create, read and cancel jobs of Machine Learning, invoke batch endpoints, read what both need.'
    type: 'CustomRole'
    permissions: [
      {
        actions: [
          'Microsoft.MachineLearningServices/workspaces/jobs/read'
          'Microsoft.MachineLearningServices/workspaces/jobs/write'
          'Microsoft.MachineLearningServices/workspaces/jobs/cancel/action'
          'Microsoft.MachineLearningServices/workspaces/computes/read'
          'Microsoft.MachineLearningServices/workspaces/environments/versions/read'
          'Microsoft.MachineLearningServices/workspaces/experiments/runs/read'
          'Microsoft.MachineLearningServices/workspaces/batchEndpoints/read'
          'Microsoft.MachineLearningServices/workspaces/batchEndpoints/jobs/write'
        ]
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
    assignableScopes: [
      subscription().id
    ]
  }
}

resource identityRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (usesIdentity) {
  name: identityRoleName
  properties: {
    roleName: 'Numerai webhook: assign identity (${environmentName}, ${suffix})'
    description: 'Give a user-assigned identity to a container group.'
    type: 'CustomRole'
    permissions: [
      {
        actions: [
          'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action'
        ]
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
    assignableScopes: [
      subscription().id
    ]
  }
}

resource subnetRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (!empty(namedSubnetIds)) {
  name: subnetRoleName
  properties: {
    roleName: 'Numerai webhook: join subnet (${environmentName}, ${suffix})'
    description: 'Put a container group into a subnet.'
    type: 'CustomRole'
    permissions: [
      {
        actions: [
          'Microsoft.Network/virtualNetworks/subnets/join/action'
        ]
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
    assignableScopes: [
      subscription().id
    ]
  }
}

// ---------------------------------------------------------------------------------------------
// The app's identity and what it may do
// ---------------------------------------------------------------------------------------------

module appIdentity 'modules/identity.bicep' = {
  name: 'app-identity'
  scope: appResourceGroup
  params: {
    name: 'id-numerai-${suffix}'
    location: location
    tags: tags
  }
}

module containerAccess 'modules/container-access.bicep' = {
  name: 'container-access-${suffix}'
  scope: resourceGroup(containerResourceGroupName)
  params: {
    principalId: appIdentity.outputs.principalId
    roleDefinitionId: containerRole.id
  }
  dependsOn: [
    containerResourceGroup
  ]
}

module jobAccess 'modules/container-access.bicep' = if (usesJobs) {
  name: 'job-access-${suffix}'
  scope: resourceGroup(jobResourceGroupName)
  params: {
    principalId: appIdentity.outputs.principalId
    roleDefinitionId: jobRole.id
  }
  dependsOn: [
    containerResourceGroup
  ]
}

module workspaceAccess 'modules/container-access.bicep' = if (usesWorkspaces) {
  name: 'workspace-access-${suffix}'
  scope: resourceGroup(workspaceResourceGroupName)
  params: {
    principalId: appIdentity.outputs.principalId
    roleDefinitionId: workspaceRole.id
  }
  dependsOn: [
    containerResourceGroup
  ]
}

module jobLogAccess 'modules/log-access.bicep' = if (readsJobLogs) {
  name: 'job-log-access-${suffix}'
  scope: resourceGroup(jobLogParts[2], jobLogParts[4])
  params: {
    workspaceName: jobLogParts[8]
    principalId: appIdentity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = if (newStorage) {
  name: 'storage'
  scope: appResourceGroup
  params: {
    name: storageName
    location: location
    tags: tags
  }
}

module storageAccess 'modules/storage-access.bicep' = {
  name: 'storage-access-${suffix}'
  scope: resourceGroup(storageResourceGroupName)
  params: {
    storageName: storageName
    packageContainerName: packageContainerName
    principalId: appIdentity.outputs.principalId
  }
  dependsOn: [
    storage
  ]
}

module vault 'modules/vault.bicep' = if (newVault) {
  name: 'vault'
  scope: appResourceGroup
  params: {
    name: vaultName
    location: location
    tags: tags
    purgeProtection: purgeProtection
    operatorPrincipalId: operatorPrincipalId
  }
}

module vaultAccess 'modules/vault-access.bicep' = {
  name: 'vault-access-${suffix}'
  scope: resourceGroup(vaultResourceGroupName)
  params: {
    vaultName: vaultName
    principalId: appIdentity.outputs.principalId
  }
  dependsOn: [
    vault
  ]
}

// ---------------------------------------------------------------------------------------------
// Images that are pulled with an identity
// ---------------------------------------------------------------------------------------------

module registry 'modules/registry.bicep' = if (newRegistry) {
  name: 'registry'
  scope: appResourceGroup
  params: {
    name: registryName
    location: location
    tags: tags
  }
}

module containerIdentity 'modules/identity.bicep' = if (usesRegistry) {
  name: 'container-identity'
  scope: appResourceGroup
  params: {
    name: containerIdentityName
    location: location
    tags: tags
  }
}

module registryAccess 'modules/registry-access.bicep' = if (usesRegistry) {
  name: 'registry-access-${suffix}'
  scope: resourceGroup(registryResourceGroupName)
  params: {
    registryName: registryName
    identityName: containerIdentityName
    identityResourceGroup: appResourceGroupName
  }
  dependsOn: [
    registry
    containerIdentity
  ]
}

module containerIdentityAccess 'modules/identity-access.bicep' = if (usesRegistry) {
  name: 'container-identity-access'
  scope: appResourceGroup
  params: {
    identityName: containerIdentityName
    principalId: appIdentity.outputs.principalId
    roleDefinitionName: identityRoleName
  }
  dependsOn: [
    containerIdentity
    identityRole
  ]
}

module namedIdentityAccess 'modules/identity-access.bicep' = [
  for identityId in namedIdentityIds: {
    name: 'identity-access-${uniqueString(identityId, suffix)}'
    scope: resourceGroup(split(identityId, '/')[4])
    params: {
      identityName: split(identityId, '/')[8]
      principalId: appIdentity.outputs.principalId
      roleDefinitionName: identityRoleName
    }
    dependsOn: [
      identityRole
    ]
  }
]

module namedSubnetAccess 'modules/subnet-access.bicep' = [
  for subnetId in namedSubnetIds: {
    name: 'subnet-access-${uniqueString(subnetId, suffix)}'
    scope: resourceGroup(split(subnetId, '/')[4])
    params: {
      networkName: split(subnetId, '/')[8]
      subnetName: split(subnetId, '/')[10]
      principalId: appIdentity.outputs.principalId
      roleDefinitionName: subnetRoleName
    }
    dependsOn: [
      subnetRole
    ]
  }
]

// ---------------------------------------------------------------------------------------------
// Data beside the images
// ---------------------------------------------------------------------------------------------

module dataShare 'modules/data-share.bicep' = if (newDataShare) {
  name: 'data-share'
  scope: appResourceGroup
  params: {
    name: dataStorageName
    shareName: dataShareName
    location: empty(containerLocation) ? location : containerLocation
    tags: tags
  }
}

module dataShareKey 'modules/data-share-key.bicep' = if (newDataShare) {
  name: 'data-share-key-${suffix}'
  scope: resourceGroup(vaultResourceGroupName)
  params: {
    vaultName: vaultName
    nameInVault: dataKeySecretName
    storageName: dataStorageName
    storageResourceGroup: appResourceGroupName
  }
  dependsOn: [
    dataShare
    vault
  ]
}

// ---------------------------------------------------------------------------------------------
// Logs, the rule that notices silence, the budget
// ---------------------------------------------------------------------------------------------

module insights 'modules/monitoring.bicep' = if (monitoring) {
  name: 'monitoring'
  scope: appResourceGroup
  params: {
    workspaceName: 'log-${suffix}'
    insightsName: 'appi-${suffix}'
    location: location
    tags: tags
    dailyQuotaGb: dailyLogQuotaGb
    principalId: appIdentity.outputs.principalId
    alertEmail: alertEmail
  }
}

resource budget 'Microsoft.Consumption/budgets@2023-11-01' = if (!empty(alertEmail) && !empty(budgetStartDate)) {
  name: 'budget-numerai-${environmentName}'
  properties: {
    category: 'Cost'
    amount: budgetAmount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: budgetStartDate
    }
    filter: {
      dimensions: {
        name: 'ResourceGroupName'
        operator: 'In'
        values: [
          appResourceGroupName
          containerResourceGroupName
          jobResourceGroupName
          workspaceResourceGroupName
        ]
      }
    }
    notifications: {
      mostOfIt: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: [
          alertEmail
        ]
      }
      expectedToExceed: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: [
          alertEmail
        ]
      }
    }
  }
}

// ---------------------------------------------------------------------------------------------
// The app
// ---------------------------------------------------------------------------------------------

// Every setting that src/lib/config/settings.ts reads, and the identity-based connection of the Functions
// host. No value is a secret: secrets are read from the vault, by name.
var settings = {
  AZURE_SUBSCRIPTION_ID: subscription().subscriptionId
  AZURE_CLIENT_ID: appIdentity.outputs.clientId
  AZURE_RESOURCE_MANAGER_ENDPOINT: resourceManagerEndpoint
  CONTAINER_RESOURCE_GROUP: containerResourceGroupName
  INSTALLATION_NAME: installationName
  CONTAINER_LOCATION: toLower(replace(empty(containerLocation) ? location : containerLocation, ' ', ''))
  KEY_VAULT_URL: vaultUrl
  NUMERAI_API_URL: empty(numeraiApiUrl) ? 'https://api-tournament.numer.ai' : numeraiApiUrl
  MODELS_FILE: 'models.json'
  WATCH_SCHEDULE: empty(watchSchedule) ? '0 * * * * *' : watchSchedule
  FALLBACK_SCHEDULE: empty(fallbackSchedule) ? '0 */5 * * * *' : fallbackSchedule
  FALLBACK_GRACE_MINUTES: fallbackGraceMinutes
  MAX_TEST_STARTS_PER_DAY: maxTestStartsPerDay
  HISTORY_DAYS: historyDays
  WEBHOOK_BUDGET_SECONDS: webhookBudgetSeconds
  ALERT_BEFORE_CLOSE_MINUTES: alertBeforeCloseMinutes
  LOG_LEVEL: logLevel
  AzureWebJobsStorage__blobServiceUri: blobEndpoint
  AzureWebJobsStorage__tableServiceUri: tableEndpoint
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: appIdentity.outputs.clientId
}
// Settings that are left out rather than set empty.
var alertSettings = empty(alertWebhooks)
  ? {}
  : {
      ALERT_WEBHOOKS: alertWebhooks
    }
var heartbeatSettings = empty(heartbeatUrl)
  ? {}
  : {
      HEARTBEAT_URL: heartbeatUrl
    }
var dashboardSettings = empty(dashboardLinks)
  ? {}
  : {
      DASHBOARD_LINKS: dashboardLinks
    }
var boundSettings = empty(maxStartsPerDay)
  ? {}
  : {
      MAX_STARTS_PER_DAY: maxStartsPerDay
    }
var containerIdentitySettings = usesRegistry
  ? {
      CONTAINER_IDENTITY_ID: containerIdentityId
    }
  : {}
var jobSettings = usesJobs
  ? {
      CONTAINER_APPS_RESOURCE_GROUP: jobResourceGroupName
    }
  : {}
var workspaceSettings = usesWorkspaces
  ? {
      MACHINE_LEARNING_RESOURCE_GROUP: workspaceResourceGroupName
    }
  : {}
var jobLogSettings = readsJobLogs
  ? {
      CONTAINER_APPS_LOG_WORKSPACE_ID: jobLogWorkspaceId
    }
  : {}
var publicUrlSettings = empty(publicUrl)
  ? {}
  : {
      PUBLIC_URL: publicUrl
    }
// The connection string names the component; local authentication being disabled, it opens nothing.
var insightsSettings = monitoring
  ? {
      APPLICATIONINSIGHTS_CONNECTION_STRING: insights!.outputs.connectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${appIdentity.outputs.clientId};Authorization=AAD'
    }
  : {}

module app 'modules/app.bicep' = {
  name: 'app'
  scope: appResourceGroup
  params: {
    name: appName
    planName: 'plan-${suffix}'
    location: location
    tags: tags
    identityId: appIdentity.outputs.id
    packageContainerUrl: '${blobEndpoint}/${packageContainerName}'
    settings: union(settings, alertSettings, heartbeatSettings, dashboardSettings, boundSettings, containerIdentitySettings, jobSettings, jobLogSettings, workspaceSettings, publicUrlSettings, insightsSettings)
  }
  dependsOn: [
    storageAccess
    vaultAccess
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
output AZURE_RESOURCE_GROUP string = appResourceGroupName

@description('Name of the Function App.')
output AZURE_FUNCTION_NAME string = appName

@description('Address of the app, without a slash at the end.')
output AZURE_FUNCTION_URL string = app.outputs.url

@description('What Numerai calls, a model each, without the key.')
output WEBHOOK_URLS array = [for model in models: '${app.outputs.url}/api/webhook/${model.name}']

@description('The page for people; it wants a key.')
output DASHBOARD_URL string = '${app.outputs.url}/api/dashboard'

@description('Whether the app is up.')
output HEALTH_URL string = '${app.outputs.url}/api/health'

@description('What sets this installation apart: a part of the names of its tables and of the container of its package.')
output INSTALLATION_NAME string = installationName

@description('Resource group of the container groups.')
output CONTAINER_RESOURCE_GROUP string = containerResourceGroupName

@description('Identity with which container groups pull from the registry. Empty: none.')
output CONTAINER_IDENTITY_ID string = usesRegistry ? containerIdentityId : ''

@description('Name of the vault.')
output KEY_VAULT_NAME string = vaultName

@description('Address of the vault.')
output KEY_VAULT_URL string = vaultUrl

@description('Storage account of the file share for data. Empty: none.')
output DATA_SHARE_ACCOUNT string = newDataShare ? dataStorageName : ''

@description('Name of the secret with the key of that account. Empty: none.')
output DATA_SHARE_KEY_SECRET string = newDataShare ? dataKeySecretName : ''

@description('Name of the registry. Empty: none.')
output AZURE_CONTAINER_REGISTRY_NAME string = usesRegistry ? registryName : ''

@description('Host of the registry, the first part of the names of its images. Empty: none.')
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = usesRegistry
  ? '${registryName}${environment().suffixes.acrLoginServer}'
  : ''
