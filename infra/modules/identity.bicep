// A user-assigned identity: it has no key, and outlives what it is given to.

@description('Name of the identity.')
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Resource id.')
output id string = identity.id

@description('Client id: which identity a token is asked for.')
output clientId string = identity.properties.clientId

@description('Object id: who is given a role.')
output principalId string = identity.properties.principalId
