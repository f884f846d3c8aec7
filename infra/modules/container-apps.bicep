// Container Apps jobs: what the app may do with them and with their logs, and the jobs that models.json describes, in an
// environment of their own. Jobs that it only names are there already.

import { roleTitle } from '../names.bicep'

targetScope = 'subscription'

@description('Short name of this installation.')
param environmentName string

@description('What everything is called: names.bicep.')
param names object

@description('Region of the jobs that are made.')
param location string

@description('Tags.')
param tags object

@description('Name of the resource group of the jobs.')
param resourceGroupName string

@description('Name of the resource group of the app, which holds the identity of the jobs that are made.')
param appResourceGroupName string

@description('Object id of the app\'s identity.')
param principalId string

@description('The models and jobs of models.json whose Container Apps job is made.')
param jobsToMake array

@description('Whether they are made, or only what they need: their environment, and the identity that reads their secrets.')
param makeJobs bool

@description('Name of the vault.')
param vaultName string

@description('Resource group of the vault.')
param vaultResourceGroupName string

@description('Address of the vault.')
param vaultUrl string

@description('Resource id of the identity with which jobs pull, where they name no other. Empty: none.')
param pullIdentityId string

@description('Resource id of the Log Analytics workspace of their logs. Empty: none.')
param logWorkspaceId string

var makesJobs = !empty(jobsToMake)
var readsLogs = length(split(logWorkspaceId, '/')) == 9
// A module that is not deployed has a scope all the same.
var logParts = split(
  readsLogs
    ? logWorkspaceId
    : '${subscription().id}/resourceGroups/${resourceGroupName}/providers/Microsoft.OperationalInsights/workspaces/none',
  '/'
)

module role 'custom-role.bicep' = {
  name: 'role-jobs-${names.installation}'
  params: {
    name: names.roles.containerAppsJobs
    title: roleTitle('Container Apps jobs', environmentName, names.installation)
    summary: 'Read and start Container Apps jobs, read their executions and stop them.'
    actions: [
      'Microsoft.App/jobs/read'
      'Microsoft.App/jobs/start/action'
      'Microsoft.App/jobs/executions/read'
      'Microsoft.App/jobs/stop/execution/action'
    ]
    otherSubscriptionIds: []
  }
}

module access 'group-access.bicep' = {
  name: 'job-access-${names.installation}'
  scope: resourceGroup(resourceGroupName)
  params: {
    principalId: principalId
    roleDefinitionId: role.outputs.id
  }
}

module logAccess 'container-apps/log-access.bicep' = if (readsLogs) {
  name: 'job-log-access-${names.installation}'
  scope: resourceGroup(logParts[2], logParts[4])
  params: {
    workspaceName: logParts[8]
    principalId: principalId
  }
}

// Azure reads the secrets of the jobs with it. The programs in them cannot use it.
module jobIdentity 'identity.bicep' = if (makesJobs) {
  name: 'job-identity-${names.installation}'
  scope: resourceGroup(appResourceGroupName)
  params: {
    name: names.jobIdentity
    location: location
    tags: tags
  }
}

module jobVaultAccess 'vault/access.bicep' = if (makesJobs) {
  name: 'job-vault-access-${names.installation}'
  scope: resourceGroup(vaultResourceGroupName)
  params: {
    vaultName: vaultName
    principalId: jobIdentity!.outputs.principalId
  }
}

module jobs 'container-apps/jobs.bicep' = if (makesJobs) {
  name: 'jobs-${names.installation}'
  scope: resourceGroup(resourceGroupName)
  params: {
    jobEnvironmentName: names.jobEnvironment
    location: location
    tags: tags
    entries: makeJobs ? jobsToMake : []
    vaultUrl: vaultUrl
    identityId: jobIdentity!.outputs.id
    pullIdentityId: pullIdentityId
    logWorkspaceId: readsLogs ? logWorkspaceId : ''
  }
  dependsOn: [
    jobVaultAccess
  ]
}
