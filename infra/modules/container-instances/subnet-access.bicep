// Lets the app put the container groups that it creates into one subnet of this resource group.

@description('Name of the virtual network.')
param networkName string

@description('Name of the subnet.')
param subnetName string

@description('Object id of the app\'s identity.')
param principalId string

@description('Name (a GUID) of the custom role.')
param roleDefinitionName string

var roleDefinitionId = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleDefinitionName)

resource network 'Microsoft.Network/virtualNetworks@2025-01-01' existing = {
  name: networkName
}

resource subnet 'Microsoft.Network/virtualNetworks/subnets@2025-01-01' existing = {
  parent: network
  name: subnetName
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subnet.id, principalId, roleDefinitionName)
  scope: subnet
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roleDefinitionId
  }
}
