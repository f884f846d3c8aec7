// Images that are pulled with an identity: a new registry, or one that is there already, and the identity that pulls.

targetScope = 'subscription'

@description('Whether the registry is made.')
param isNew bool

@description('Name of the registry.')
param registryName string

@description('Resource group of the registry.')
param registryResourceGroupName string

@description('Name of the identity that pulls.')
param identityName string

@description('Resource group of the app, which holds that identity.')
param appResourceGroupName string

@description('Region.')
param location string

@description('Tags.')
param tags object

module registry 'images/registry.bicep' = if (isNew) {
  name: 'registry-${uniqueString(registryName)}'
  scope: resourceGroup(registryResourceGroupName)
  params: {
    name: registryName
    location: location
    tags: tags
  }
}

module identity 'identity.bicep' = {
  name: 'pull-identity-${uniqueString(identityName)}'
  scope: resourceGroup(appResourceGroupName)
  params: {
    name: identityName
    location: location
    tags: tags
  }
}

module access 'images/registry-access.bicep' = {
  name: 'registry-access-${uniqueString(identityName)}'
  scope: resourceGroup(registryResourceGroupName)
  params: {
    registryName: registryName
    principalId: identity.outputs.principalId
  }
  dependsOn: [
    registry
  ]
}
