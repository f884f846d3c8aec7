// Puts the key of the data share's account into the vault, from where the app has it. It is no output, and no
// parameter: nothing else of the deployment sees it.

@description('Name of the vault.')
param vaultName string

@description('Name of the secret that it becomes.')
param nameInVault string

@description('Name of the account.')
param storageName string

@description('Resource group of the account.')
param storageResourceGroup string

resource storage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageName
  scope: resourceGroup(storageResourceGroup)
}

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName
}

resource key 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = {
  parent: vault
  name: nameInVault
  properties: {
    value: storage.listKeys().keys[0].value
  }
}
