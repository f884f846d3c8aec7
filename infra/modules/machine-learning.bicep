// Azure Machine Learning: what the app may do in the workspaces, which are there already.

import { roleTitle } from '../names.bicep'

targetScope = 'subscription'

@description('Short name of this installation.')
param environmentName string

@description('What everything is called: names.bicep.')
param names object

@description('Name of the resource group of the workspaces.')
param resourceGroupName string

@description('Object id of the app\'s identity.')
param principalId string

module role 'custom-role.bicep' = {
  name: 'role-workspaces-${names.installation}'
  params: {
    name: names.roles.machineLearningJobs
    title: roleTitle('Machine Learning jobs', environmentName, names.installation)
    summary: 'Create, read and cancel jobs of Machine Learning, invoke batch endpoints, read what both need.'
    actions: [
      'Microsoft.MachineLearningServices/workspaces/jobs/read'
      'Microsoft.MachineLearningServices/workspaces/jobs/write'
      'Microsoft.MachineLearningServices/workspaces/jobs/cancel/action'
      'Microsoft.MachineLearningServices/workspaces/computes/read'
      'Microsoft.MachineLearningServices/workspaces/environments/versions/read'
      'Microsoft.MachineLearningServices/workspaces/experiments/runs/read'
      'Microsoft.MachineLearningServices/workspaces/batchEndpoints/read'
      'Microsoft.MachineLearningServices/workspaces/batchEndpoints/deployments/read'
      'Microsoft.MachineLearningServices/workspaces/batchEndpoints/deployments/jobs/write'
      'Microsoft.MachineLearningServices/workspaces/batchEndpoints/jobs/write'
    ]
    otherSubscriptionIds: []
  }
}

module access 'group-access.bicep' = {
  name: 'workspace-access-${names.installation}'
  scope: resourceGroup(resourceGroupName)
  params: {
    principalId: principalId
    roleDefinitionId: role.outputs.id
  }
}
