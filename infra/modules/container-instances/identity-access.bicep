// Lets the app hand one identity of this resource group to the container groups that it creates.

@description('Name of the identity that is handed over.')
param identityName string

@description('Object id of the app\'s identity.')
param principalId string

@description('Name (a GUID) of the custom role.')
param roleDefinitionName string

var roleDefinitionId = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleDefinitionName)

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(identity.id, principalId, roleDefinitionName)
  scope: identity
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roleDefinitionId
  }
}
