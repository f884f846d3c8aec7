// The vault of the participant's secrets: Numerai's keys, registry passwords, alert addresses. Their
// values are written by scripts/azure/set-secrets.ts; the template knows none but the key of its own data share.

@description('Name of the vault.')
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Keep a deleted vault from being purged. It cannot be switched off again.')
param purgeProtection bool

@description('Object id of the person who may write secrets. Empty: nobody.')
param operatorPrincipalId string

// Key Vault Secrets Officer.
var secretsOfficer = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
)

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
    // The service takes true or nothing: false is refused.
    enablePurgeProtection: purgeProtection ? true : null
    publicNetworkAccess: 'Enabled'
  }
}

resource operatorAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorPrincipalId)) {
  name: guid(vault.id, operatorPrincipalId, secretsOfficer)
  scope: vault
  properties: {
    principalId: operatorPrincipalId
    roleDefinitionId: secretsOfficer
  }
}
