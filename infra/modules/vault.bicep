// Where the secrets are: a new vault, or one that is there already; and the app's right to read them.

targetScope = 'subscription'

@description('Whether the vault is made.')
param isNew bool

@description('Name of the vault.')
param name string

@description('Resource group of the vault.')
param resourceGroupName string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Keep a deleted vault from being purged. It cannot be switched off again.')
param purgeProtection bool

@description('Object id of the person who may write secrets into a new vault. Empty: nobody.')
param operatorPrincipalId string

@description('Object id of the app\'s identity.')
param principalId string

module vault 'vault/vault.bicep' = if (isNew) {
  name: 'vault-${uniqueString(name)}'
  scope: resourceGroup(resourceGroupName)
  params: {
    name: name
    location: location
    tags: tags
    purgeProtection: purgeProtection
    operatorPrincipalId: operatorPrincipalId
  }
}

module access 'vault/access.bicep' = {
  name: 'vault-access-${uniqueString(principalId)}'
  scope: resourceGroup(resourceGroupName)
  params: {
    vaultName: name
    principalId: principalId
  }
  dependsOn: [
    vault
  ]
}
