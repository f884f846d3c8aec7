// Lets the app work on the container groups of this resource group, and on nothing else in it.

@description('Object id of the app\'s identity.')
param principalId string

@description('Resource id of the custom role.')
param roleDefinitionId string

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, principalId, roleDefinitionId)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roleDefinitionId
  }
}
