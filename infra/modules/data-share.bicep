// Data beside the images: a share, and the key of its account in the vault.

targetScope = 'subscription'

@description('Name of the storage account of the share.')
param name string

@description('Name of the share.')
param shareName string

@description('Resource group of the account.')
param resourceGroupName string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Name of the vault.')
param vaultName string

@description('Resource group of the vault.')
param vaultResourceGroupName string

@description('What the key is called in the vault.')
param keyNameInVault string

module account 'data-share/account.bicep' = {
  name: 'data-share-${uniqueString(name)}'
  scope: resourceGroup(resourceGroupName)
  params: {
    name: name
    shareName: shareName
    location: location
    tags: tags
  }
}

module key 'data-share/key.bicep' = {
  name: 'data-share-key-${uniqueString(name)}'
  scope: resourceGroup(vaultResourceGroupName)
  params: {
    vaultName: vaultName
    nameInVault: keyNameInVault
    storageName: name
    storageResourceGroup: resourceGroupName
  }
  dependsOn: [
    account
  ]
}
