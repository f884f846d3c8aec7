// Where the Functions host and the run history are: a new storage account, or one that is there already; and what the app may do
// on it.

targetScope = 'subscription'

@description('Whether the account is made.')
param isNew bool

@description('Name of the account.')
param name string

@description('Resource group of the account.')
param resourceGroupName string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Name of the blob container that holds the deployed package.')
param packageContainerName string

@description('Object id of the app\'s identity.')
param principalId string

module account 'storage/account.bicep' = if (isNew) {
  name: 'storage-account-${uniqueString(name)}'
  scope: resourceGroup(resourceGroupName)
  params: {
    name: name
    location: location
    tags: tags
  }
}

module access 'storage/access.bicep' = {
  name: 'storage-access-${uniqueString(principalId)}'
  scope: resourceGroup(resourceGroupName)
  params: {
    storageName: name
    packageContainerName: packageContainerName
    principalId: principalId
  }
  dependsOn: [
    account
  ]
}
