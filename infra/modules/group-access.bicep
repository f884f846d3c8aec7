// Lets the app work on the containers of one kind in this resource group, as the role says, and on nothing else in it.

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
