// A role of this app's own: exactly the actions behind the calls that it makes (test/infra holds the list against the emulator of
// Resource Manager). A role gives nothing until it is assigned.

targetScope = 'subscription'

@description('Name, a GUID.')
param name string

@description('What people see it called.')
param title string

@description('What it is for.')
param summary string

@description('The actions that it allows.')
param actions array

@description('Ids of the subscriptions, in small letters, in which it is assigned beside this one.')
param otherSubscriptionIds array

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: name
  properties: {
    roleName: title
    description: summary
    type: 'CustomRole'
    permissions: [
      {
        actions: actions
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
    assignableScopes: map(
      union([toLower(subscription().subscriptionId)], otherSubscriptionIds),
      id => '/subscriptions/${id}'
    )
  }
}

@description('Resource id.')
output id string = role.id
