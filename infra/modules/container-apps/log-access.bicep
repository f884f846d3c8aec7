// Lets the app read what a Log Analytics workspace has, and nothing else of it.

@description('Name of the workspace.')
param workspaceName string

@description('Object id of the app\'s identity.')
param principalId string

// Log Analytics Data Reader: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/monitor
var logAnalyticsDataReader = '3b03c2da-16b3-4a49-8834-0f8130efdd3b'

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(workspace.id, principalId, logAnalyticsDataReader)
  scope: workspace
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', logAnalyticsDataReader)
  }
}
