// Container groups: what the app may do with them, the identities that it may hand to them, and the subnets that it may put
// them into. Of the groups themselves the template makes none.

import { identitiesOf, resourceIdsIn } from '../models.bicep'
import { roleTitle } from '../names.bicep'

targetScope = 'subscription'

@description('Short name of this installation.')
param environmentName string

@description('What everything is called: names.bicep.')
param names object

@description('Name of the resource group of the container groups.')
param resourceGroupName string

@description('Object id of the app\'s identity.')
param principalId string

@description('The containers of models.json.')
param containers array

@description('Resource id of the identity with which container groups pull. Empty: none.')
param pullIdentityId string

var identityIds = resourceIdsIn(
  concat(identitiesOf(containers), [pullIdentityId]),
  'Microsoft.ManagedIdentity/userAssignedIdentities',
  9
)
var subnetIds = resourceIdsIn(
  map(containers, container => container.?subnet ?? ''),
  'Microsoft.Network/virtualNetworks',
  11
)

module role 'custom-role.bicep' = {
  name: 'role-containers-${names.installation}'
  params: {
    name: names.roles.containerGroups
    title: roleTitle('container groups', environmentName, names.installation)
    summary: 'Create, start, stop, read and delete container groups and read their logs.'
    actions: [
      'Microsoft.ContainerInstance/containerGroups/read'
      'Microsoft.ContainerInstance/containerGroups/write'
      'Microsoft.ContainerInstance/containerGroups/delete'
      'Microsoft.ContainerInstance/containerGroups/start/action'
      'Microsoft.ContainerInstance/containerGroups/stop/action'
      'Microsoft.ContainerInstance/containerGroups/containers/logs/read'
    ]
    otherSubscriptionIds: []
  }
}

module access 'group-access.bicep' = {
  name: 'container-access-${names.installation}'
  scope: resourceGroup(resourceGroupName)
  params: {
    principalId: principalId
    roleDefinitionId: role.outputs.id
  }
}

module identityRole 'custom-role.bicep' = if (!empty(identityIds)) {
  name: 'role-identities-${names.installation}'
  params: {
    name: names.roles.assignIdentity
    title: roleTitle('assign identity', environmentName, names.installation)
    summary: 'Give a user-assigned identity to a container group.'
    actions: [
      'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action'
    ]
    otherSubscriptionIds: map(identityIds, id => split(id, '/')[2])
  }
}

// An identity is assigned where it is: perhaps in another subscription.
module identityAccess 'container-instances/identity-access.bicep' = [
  for identityId in identityIds: {
    name: 'identity-access-${uniqueString(identityId, names.installation)}'
    scope: resourceGroup(split(identityId, '/')[2], split(identityId, '/')[4])
    params: {
      identityName: split(identityId, '/')[8]
      principalId: principalId
      roleDefinitionName: names.roles.assignIdentity
    }
    dependsOn: [
      identityRole
    ]
  }
]

module subnetRole 'custom-role.bicep' = if (!empty(subnetIds)) {
  name: 'role-subnets-${names.installation}'
  params: {
    name: names.roles.joinSubnet
    title: roleTitle('join subnet', environmentName, names.installation)
    summary: 'Put a container group into a subnet.'
    actions: [
      'Microsoft.Network/virtualNetworks/subnets/join/action'
    ]
    otherSubscriptionIds: map(subnetIds, id => split(id, '/')[2])
  }
}

module subnetAccess 'container-instances/subnet-access.bicep' = [
  for subnetId in subnetIds: {
    name: 'subnet-access-${uniqueString(subnetId, names.installation)}'
    scope: resourceGroup(split(subnetId, '/')[2], split(subnetId, '/')[4])
    params: {
      networkName: split(subnetId, '/')[8]
      subnetName: split(subnetId, '/')[10]
      principalId: principalId
      roleDefinitionName: names.roles.joinSubnet
    }
    dependsOn: [
      subnetRole
    ]
  }
]
